import type { Accessor, FlagModel } from './model.js';

/** One flag with everything that changes or tests it, as `recto flags --format json` prints it. */
export interface FlagDescription {
  readonly flag: string;
  /** The enumerator whose bit it uses. */
  readonly bit: string;
  readonly accessors: readonly Accessor[];
}

/** The flag model as plain data. */
export interface FlagModelDescription {
  readonly version: 1;
  readonly flags: readonly FlagDescription[];
  readonly pageTypes: readonly string[];
  readonly stubs: readonly { readonly name: string; readonly returns: boolean | null }[];
}

/** The flag model as plain data, for JSON: flags in the order of their enum, accessors by name. */
export function flagModelToJson(model: FlagModel): FlagModelDescription {
  return {
    version: 1,
    flags: [...model.flags.values()].map((flag) => ({
      flag: flag.name,
      bit: flag.aliasOf ?? `PG_${flag.name}`,
      accessors: accessorsOf(model, flag.name),
    })),
    pageTypes: [...model.pageTypeAccessors].sort(),
    stubs: [...model.constants]
      .map(([name, returns]) => ({ name, returns }))
      .sort((a, b) => (a.name < b.name ? -1 : 1)),
  };
}

/** The flag model for people: per flag its accessors, which word they use and whether they are atomic. */
export function describeFlagModel(model: FlagModel): string {
  const lines: string[] = [];
  for (const flag of model.flags.values()) {
    const alias = flag.aliasOf === null ? '' : ` (${flag.aliasOf})`;
    const accessors = accessorsOf(model, flag.name);
    lines.push(`${flag.name}${alias}${accessors.length === 0 ? '  no accessors' : ''}`);
    const width = Math.max(...accessors.map((accessor) => accessor.name.length));
    for (const accessor of accessors) {
      lines.push(`  ${accessor.name.padEnd(width)}  ${describeAccessor(accessor)}`);
    }
  }
  lines.push('', 'Page types, no flags word:', ...wrap([...model.pageTypeAccessors].sort()));
  return lines.join('\n') + '\n';
}

function accessorsOf(model: FlagModel, flag: string): Accessor[] {
  return [...model.accessors.values()]
    .filter((accessor) => accessor.flag === flag)
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

const WORDS = { head: 'head page', second: 'second page', self: 'the page itself' } as const;

function describeAccessor({ operation, atomic, word, line }: Accessor): string {
  const how = operation === 'test' ? '' : atomic ? 'atomic' : 'not atomic';
  return `${operation.padEnd(14)}  ${how.padEnd(10)}  ${WORDS[word].padEnd(15)}  line ${line}`;
}

function wrap(names: readonly string[]): string[] {
  const lines: string[] = [];
  for (const name of names) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + name.length < 78) lines[lines.length - 1] = `${last} ${name}`;
    else lines.push(`  ${name}`);
  }
  return lines;
}
