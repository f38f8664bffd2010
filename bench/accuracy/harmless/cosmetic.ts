import { applyEdits, insertAt, removeLines, replaceLine, type Edit } from '../edit.js';
import { pointsTo, type SourceFunction } from '../kernel.js';
import type { Operator } from '../operator.js';
import { indentOf } from '../statements.js';
import { codeOf, firstStatement, folioFunctions, harmless } from './places.js';

/** A local variable or parameter that points to a folio or page gets another name, in the whole function. */
const rename: Operator = {
  name: 'rename-variable',
  kind: 'harmless',
  *cases(kernel, random) {
    for (const fn of random.shuffle(folioFunctions(kernel))) {
      const names = [...Object.keys(fn.facts.locals), ...fn.facts.parameters.map(({ name }) => name)];
      const held = names.filter((name) => pointsTo(fn, name) !== null);
      if (held.length === 0) continue;
      const name = random.pick(held);
      const next = random.pick([`${name}_`, `this_${name}`, `cur_${name}`, 'victim']);
      if (new RegExp(`\\b${next}\\b`).test(codeOf(fn))) continue;
      const use = new RegExp(`(?<![\\w.]|->|struct )${name}\\b`, 'g');
      const lines = fn.file.lines.map((line, at) =>
        at >= fn.head && at <= fn.close ? line.replaceAll(use, next) : line,
      );
      yield harmless(fn, `${name} is called ${next}`, lines.join('\n'));
    }
  },
};

/** Statements that do not depend on each other change places. */
const reorder: Operator = {
  name: 'reorder-statements',
  kind: 'harmless',
  *cases(kernel, random) {
    const assignment = /^(\t+)(\w+) = (-?\w+);$/;
    for (const fn of random.shuffle(folioFunctions(kernel))) {
      const { code, lines } = fn.file;
      for (let at = fn.open + 2; at < fn.close - 1; at++) {
        const one = assignment.exec(code[at]!);
        const two = assignment.exec(code[at + 1]!);
        if (!one || !two || one[1] !== two[1] || !/[;{}]\s*$/.test(code[at - 1]!)) continue;
        if (lines[at] !== code[at] || lines[at + 1] !== code[at + 1]) continue;
        if ([one[2], one[3]].includes(two[2]) || [two[2], two[3]].includes(one[2])) continue;
        const edits = [replaceLine(at, lines[at + 1]!), replaceLine(at + 1, lines[at]!)];
        yield harmless(
          fn,
          `"${one[0].trim()}" and "${two[0].trim()}" change places`,
          applyEdits(lines, edits),
        );
        break;
      }
    }
  },
};

/** A function moves below the next one; a declaration stays where it was. */
const move: Operator = {
  name: 'move-function',
  kind: 'harmless',
  *cases(kernel, random) {
    for (const fn of random.shuffle(folioFunctions(kernel))) {
      const { file } = fn;
      const next = file.functions[file.functions.indexOf(fn) + 1];
      if (!next || !insideOneBranch(fn, next)) continue;
      const head = file.lines.slice(fn.head, fn.open);
      const last = head.length - 1;
      if (last < 0 || !head[last]!.trimEnd().endsWith(')')) continue;
      const edits: Edit[] = [
        {
          from: fn.head,
          to: fn.close + 1,
          lines: head.map((line, index) => (index === last ? `${line.trimEnd()};` : line)),
        },
        insertAt(next.close + 1, '', ...file.lines.slice(fn.head, fn.close + 1)),
      ];
      yield harmless(fn, `it moves below ${next.name}()`, applyEdits(file.lines, edits));
    }
  },
};

/** From the start of the one function to the end of the other there is no preprocessor line. */
function insideOneBranch(one: SourceFunction, other: SourceFunction): boolean {
  const { lines } = one.file;
  return (
    other.head > one.close && !lines.slice(one.head, other.close + 1).some((line) => line.startsWith('#'))
  );
}

/** Lines are broken or joined, and single statements get braces. */
const reformat: Operator = {
  name: 'reformat',
  kind: 'harmless',
  *cases(kernel, random) {
    for (const fn of random.shuffle(folioFunctions(kernel))) {
      const edits: Edit[] = [];
      const { code, lines } = fn.file;
      for (let at = fn.open + 1; at < fn.close - 1; at++) {
        if (lines[at] !== code[at] || lines[at + 1] !== code[at + 1]) continue;
        const call = /^(\t+)(\w[\w >.=-]*\((?:\w+, )+)(\w+\);)$/.exec(code[at]!);
        const branch = /^(\t+)if \([^{}]*\)$/.exec(code[at]!);
        const statement = code[at + 1]!;
        if (call && random.below(2) === 0) {
          edits.push(replaceLine(at, `${call[1]!}${call[2]!.trimEnd()}`, `${call[1]!}\t\t${call[3]!}`));
        } else if (
          branch &&
          balanced(code[at]!) &&
          /^\t+\w.*;$/.test(statement) &&
          indentOf(statement).length === branch[1]!.length + 1 &&
          !/^\s*else\b/.test(code[at + 2] ?? '')
        ) {
          edits.push(replaceLine(at, `${code[at]!} {`), replaceLine(at + 1, statement, `${branch[1]!}}`));
          at++;
        }
      }
      if (edits.length === 0) continue;
      yield harmless(fn, 'lines are broken, and statements get braces', applyEdits(lines, edits));
    }
  },
};

function balanced(line: string): boolean {
  return line.split('(').length === line.split(')').length;
}

/** A message for debugging where the function begins. */
const logging: Operator = {
  name: 'add-logging',
  kind: 'harmless',
  *cases(kernel, random) {
    for (const fn of random.shuffle(folioFunctions(kernel))) {
      const held = fn.facts.parameters.find(({ name }) => pointsTo(fn, name) !== null)?.name;
      const statement = held
        ? random.pick([`pr_debug("%s: %p\\n", __func__, ${held});`, `VM_WARN_ON_ONCE(!${held});`])
        : 'pr_debug("%s\\n", __func__);';
      const text = applyEdits(fn.file.lines, [insertAt(firstStatement(fn), `\t${statement}`, '')]);
      yield harmless(fn, statement, text);
    }
  },
};

/** Comments, some of which talk of the code that a reviewer of text would look for. */
const comments: Operator = {
  name: 'add-comments',
  kind: 'harmless',
  *cases(kernel, random) {
    const texts = [
      'The folio is visible to others here: __folio_set_locked(folio) would be wrong.',
      'folio->flags |= (1UL << PG_dirty) is what this used to do.',
      'Callers hold the folio lock; see __folio_clear_active(folio);',
      'Nothing to do with folio_ref_freeze(folio, 1).',
    ];
    for (const fn of random.shuffle(folioFunctions(kernel))) {
      const text = random.pick(texts);
      const lines = random.pick([[`\t/* ${text} */`], ['\t/*', `\t * ${text}`, '\t */'], [`\t// ${text}`]]);
      yield harmless(fn, text, applyEdits(fn.file.lines, [insertAt(firstStatement(fn), ...lines)]));
    }
  },
};

/** Code for debugging that is there in one configuration only. */
const ifdef: Operator = {
  name: 'add-ifdef',
  kind: 'harmless',
  *cases(kernel, random) {
    for (const fn of random.shuffle(folioFunctions(kernel))) {
      const lines = random.pick([
        ['#ifdef CONFIG_DEBUG_VM', '\tmight_sleep_if(0);', '#endif'],
        ['#ifdef CONFIG_MEMCG', '\tpr_debug("%s\\n", __func__);', '#else', '\tbarrier();', '#endif'],
        ['#if defined(CONFIG_NUMA) && !defined(CONFIG_SLUB_TINY)', '\tcond_resched();', '#endif'],
      ]);
      yield harmless(
        fn,
        lines.map((line) => line.trim()).join(' '),
        applyEdits(fn.file.lines, [insertAt(firstStatement(fn), ...lines, '')]),
      );
    }
  },
};

/** A condition is marked as unlikely, or changes in a function that has nothing to do with folios. */
const conditions: Operator = {
  name: 'change-conditions',
  kind: 'harmless',
  *cases(kernel, random) {
    const all = kernel.files.flatMap((file) => file.functions);
    for (const fn of random.shuffle(all)) {
      const { code, lines } = fn.file;
      const hasFolios = /folio|page/i.test(codeOf(fn));
      for (let at = fn.open + 1; at < fn.close; at++) {
        const branch = /^(\t+)if \((.*)\)( \{)?$/.exec(code[at]!);
        if (!branch || lines[at] !== code[at] || !balanced(branch[2]!) || /likely\(/.test(branch[2]!))
          continue;
        const compared = branch[2]!.replace(/^(\w+) (<|>) (\w+)$/, '$1 $2= $3');
        if (hasFolios || compared === branch[2]) {
          // `a) && (b` is balanced, and no expression.
          if (/^[^(]*\)/.test(branch[2]!)) continue;
          const text = `${branch[1]!}if (unlikely(${branch[2]!}))${branch[3] ?? ''}`;
          if (!hasFolios) continue;
          yield harmless(fn, 'a condition is unlikely', applyEdits(lines, [replaceLine(at, text)]));
        } else {
          const text = `${branch[1]!}if (${compared})${branch[3] ?? ''}`;
          yield harmless(fn, `${branch[2]!} becomes ${compared}`, applyEdits(lines, [replaceLine(at, text)]));
        }
        break;
      }
    }
  },
};

/** A call with nothing but variables goes into a function of its own. */
const extract: Operator = {
  name: 'extract-helper',
  kind: 'harmless',
  *cases(kernel, random) {
    const call = /^(\t+)(\w+)\(((?:\w+)(?:, \w+)*)\);$/;
    // Macros that assign to their arguments, or that use the function's name.
    const macro =
      /^[A-Z]|irq_?save|^swap$|^local_|trace_|^(?:f2fs_bug_on|return|sizeof|switch|while|if|min|max)$/;
    for (const fn of random.shuffle(folioFunctions(kernel))) {
      const { code, lines } = fn.file;
      const places: { at: number; name: string; args: string[] }[] = [];
      for (let at = fn.open + 1; at < fn.close; at++) {
        const match = call.exec(code[at]!);
        if (!match || macro.test(match[2]!)) continue;
        const args = [...new Set(match[3]!.split(', '))];
        if (!args.some((arg) => pointsTo(fn, arg) !== null)) continue;
        if (!args.every((arg) => /^\d+$/.test(arg) || typeOf(fn, arg) !== null || /^[A-Z_0-9]+$/.test(arg)))
          continue;
        places.push({ at, name: match[2]!, args: args.filter((arg) => typeOf(fn, arg) !== null) });
      }
      if (places.length === 0) continue;
      const place = random.pick(places);
      const helper = `${fn.name}_one`;
      const parameters = place.args.map((arg) => declare(typeOf(fn, arg)!, arg)).join(', ');
      const edits: Edit[] = [
        insertAt(
          commentAbove(fn),
          `static void ${helper}(${parameters})`,
          '{',
          `\t${code[place.at]!.trim()}`,
          '}',
          '',
        ),
        replaceLine(place.at, `${indentOf(code[place.at]!)}${helper}(${place.args.join(', ')});`),
      ];
      yield harmless(fn, `${place.name}() goes into ${helper}()`, applyEdits(lines, edits), [helper]);
    }
  },
};

function typeOf(fn: SourceFunction, name: string): string | null {
  const type =
    fn.facts.locals[name] ?? fn.facts.parameters.find((parameter) => parameter.name === name)?.type;
  return type === undefined || /[[(]/.test(type) || type === '' ? null : type;
}

function declare(type: string, name: string): string {
  return type.endsWith('*') ? `${type}${name}` : `${type} ${name}`;
}

function commentAbove(fn: SourceFunction): number {
  let at = fn.head;
  while (at > 0 && /^(?:\/\*| \*)/.test(fn.file.lines[at - 1]!)) at--;
  return at;
}

/** Empty lines come and go. */
const blankLines: Operator = {
  name: 'blank-lines',
  kind: 'harmless',
  *cases(kernel, random) {
    for (const fn of random.shuffle(folioFunctions(kernel))) {
      const { lines } = fn.file;
      const edits: Edit[] = [];
      for (let at = fn.open + 1; at < fn.close; at++) {
        if (lines[at] === '' && edits.length < 3) edits.push(removeLines(at, at + 1));
      }
      if (edits.length === 0) continue;
      yield harmless(fn, 'empty lines go', applyEdits(lines, [...edits, insertAt(fn.close, '')]));
    }
  },
};

export const cosmetic: readonly Operator[] = [
  rename,
  extract,
  reorder,
  move,
  reformat,
  blankLines,
  logging,
  comments,
  ifdef,
  conditions,
];
