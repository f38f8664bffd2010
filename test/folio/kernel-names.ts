import { execFileSync } from 'node:child_process';

/** The functions, macros and struct members that a kernel tree defines, by ctags. */
export interface KernelNames {
  /** Number of parameters per function or macro; null where it takes any number, or is no function. */
  readonly arities: ReadonlyMap<string, ReadonlySet<number | null>>;
  /** `struct.member`; members of anonymous parts count for the struct around them. */
  readonly members: ReadonlySet<string>;
  readonly types: ReadonlySet<string>;
}

/** Reads the names of a tree once; ctags is on every machine that measures parse health. */
export function kernelNames(tree: string): KernelNames {
  const args = [
    '-R',
    '--languages=C',
    '--langmap=C:+.h',
    '--c-kinds=fpdmt',
    '--fields=+SsK',
    '--excmd=number',
    '-f',
    '-',
  ];
  const output = execFileSync('ctags', [...args, 'mm', 'include', 'fs', 'kernel', 'lib'], {
    cwd: tree,
    encoding: 'utf8',
    maxBuffer: 1 << 29,
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const arities = new Map<string, Set<number | null>>();
  const members = new Set<string>();
  const types = new Set<string>();
  for (const line of output.split('\n')) {
    const [name = '', , , kind, ...fields] = line.split('\t');
    if (kind === 'member') {
      const scope = fields.find((field) => field.startsWith('struct:') || field.startsWith('union:'));
      members.add(`${scope?.slice(scope.indexOf(':') + 1).split('::')[0]}.${name}`);
    } else if (kind === 'typedef') {
      types.add(name);
    } else if (kind !== undefined) {
      const signature = fields.find((field) => field.startsWith('signature:'))?.slice('signature:'.length);
      arities.set(name, (arities.get(name) ?? new Set()).add(arity(signature)));
    }
  }
  return { arities, members, types };
}

/** How many parameters `(a, b)` has, null for `(...)` and for nothing. */
export function arity(signature: string | undefined): number | null {
  if (signature === undefined || signature.includes('...')) return null;
  const inside = signature.trim().slice(1, -1).trim();
  return inside === '' || inside === 'void' ? 0 : inside.replace(/\([^()]*\)/g, '').split(',').length;
}
