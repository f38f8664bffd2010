import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** What one function of a header did when it was run on a page of a large folio. */
export interface Run {
  /** `set`, `set!` when not atomic, `test` ... with the number of the bit and the page whose word it was. */
  readonly operations: readonly { readonly operation: string; readonly bit: number; readonly page: number }[];
  readonly wrotePageType: boolean;
  readonly wroteFlags: boolean;
}

/** How the functions of a header behave, seen by running them, not by reading them. */
export interface Behaviour {
  readonly takes: ReadonlyMap<string, 'folio' | 'page'>;
  /** On the head page, the first of four. */
  readonly onHead: ReadonlyMap<string, Run>;
  /** On the third page of the same folio; page functions only. */
  readonly onTail: ReadonlyMap<string, Run>;
  /** Functions whose answer changes with page_type. */
  readonly readsPageType: ReadonlySet<string>;
  readonly bits: ReadonlyMap<string, number>;
}

const FUNCTION =
  /static\s+(?:inline\s+)*(_Bool|int|void)\s+(?:inline\s+)*([A-Za-z_]\w*)\s*\(\s*(?:const\s+)?struct\s+(folio|page)\s*\*\s*\w+\s*\)\s*\{/g;

/** Compiles a page-flags.h with stubs around it, and calls every function in it that takes one folio or page. */
export function observe(header: string, flagsF: boolean): Behaviour {
  const folder = mkdtempSync(join(tmpdir(), 'recto-header-'));
  try {
    const before = readFileSync(new URL('fixtures/harness-before.h', import.meta.url), 'utf8');
    const alone = header.replace(/^\s*#\s*include.*$/gm, '');
    const defines = flagsF ? ['-DFLAGS_F'] : [];
    writeFileSync(join(folder, 'header.c'), `${before}\n${staticKeys}\n${alone}`);
    const expanded = execFileSync('gcc', ['-E', '-P', '-w', ...defines, 'header.c'], {
      cwd: folder,
      encoding: 'utf8',
      maxBuffer: 64 << 20,
    });
    const takes = new Map<string, 'folio' | 'page'>();
    const returns = new Map<string, string>();
    for (const [, type, name, struct] of expanded.matchAll(FUNCTION)) {
      takes.set(name!, struct as 'folio' | 'page');
      returns.set(name!, type!);
    }
    const bits = /enum pageflags\s*\{([^}]*)\}/.exec(expanded)![1]!;
    const names = [...bits.matchAll(/\bPG_\w+/g)].map(([name]) => name);
    writeFileSync(join(folder, 'run.c'), program(alone, before, takes, returns, new Set(names)));
    // Functions that some releases only declare here, and define elsewhere.
    writeFileSync(
      join(folder, 'elsewhere.c'),
      ELSEWHERE.map((name) => `int ${name}() { return 0; }\n`).join(''),
    );
    const gcc = ['-w', '-O0', ...defines, '-o', 'run', 'run.c', 'elsewhere.c'];
    execFileSync('gcc', gcc, { cwd: folder, stdio: 'pipe' });
    return readOutput(execFileSync(join(folder, 'run'), { encoding: 'utf8', maxBuffer: 64 << 20 }), takes);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const ELSEWHERE = ['PageHuge', 'PageHeadHuge', '__folio_start_writeback', 'set_page_writeback'];

const staticKeys = `
#define DECLARE_STATIC_KEY_FALSE(name) extern int name
#define static_branch_unlikely(key) 0
`;

function program(
  header: string,
  before: string,
  takes: ReadonlyMap<string, string>,
  returns: ReadonlyMap<string, string>,
  bits: ReadonlySet<string>,
): string {
  const calls = [...takes].flatMap(([name, struct]) => {
    const call = (page: number) => `${name}((struct ${struct} *)&pages[${page}])`;
    const lines = [`reset(-1); printf("${name} 0"); ${call(0)}; end();`];
    if (struct === 'page') lines.push(`reset(-1); printf("${name} 2"); ${call(2)}; end();`);
    if (returns.get(name) !== 'void') {
      lines.push(
        `for (unsigned t = 0; t < 64; t++) { reset(kinds(t)); printf("${name} type"); printf(" =%d\\n", !!${call(0)}); }`,
      );
    }
    return lines;
  });
  return `${before}
${staticKeys}
${header}
static struct page saved[4];
static unsigned kinds(unsigned t) { return t < 32 ? ~(1u << t) : (0xe0u + t - 32) << 24; }
static void reset(unsigned type)
{
	memset(pages, 0, sizeof pages);
	for (int i = 0; i < 4; i++) {
		pages[i].page_type = type;
		if (i > 0) pages[i].compound_head = (unsigned long)&pages[0] + 1;
	}
	memcpy(saved, pages, sizeof pages);
}
static void end(void)
{
	int type = 0, flags = 0;
	for (int i = 0; i < 4; i++) {
		type |= pages[i].page_type != saved[i].page_type;
		flags |= memcmp(&pages[i].flags, &saved[i].flags, sizeof saved[i].flags) != 0;
	}
	printf(" type:%d flags:%d\\n", type, flags);
}
int main(void)
{
${[...bits].map((bit) => `printf("bit ${bit} %d\\n", ${bit});`).join('\n')}
${calls.join('\n')}
return 0;
}
`;
}

function readOutput(output: string, takes: ReadonlyMap<string, 'folio' | 'page'>): Behaviour {
  const onHead = new Map<string, Run>();
  const onTail = new Map<string, Run>();
  const bits = new Map<string, number>();
  const answers = new Map<string, Set<string>>();
  for (const line of output.trim().split('\n')) {
    const [name, where, ...rest] = line.split(' ');
    if (name === 'bit') {
      bits.set(where!, Number(rest[0]));
    } else if (where === 'type') {
      answers.set(name!, (answers.get(name!) ?? new Set()).add(rest.at(-1)!));
    } else {
      const operations = rest.slice(0, -2).map((text) => {
        const [operation, bit, page] = text.split(':');
        return { operation: operation!, bit: Number(bit), page: Number(page) };
      });
      const run = {
        operations,
        wrotePageType: rest.at(-2) === 'type:1',
        wroteFlags: rest.at(-1) === 'flags:1',
      };
      (where === '0' ? onHead : onTail).set(name!, run);
    }
  }
  const readsPageType = new Set([...answers].filter(([, seen]) => seen.size > 1).map(([name]) => name));
  return { takes, onHead, onTail, readsPageType, bits };
}
