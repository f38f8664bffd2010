import { createRequire } from 'node:module';
import type { Liquid, Template } from 'liquidjs';
import { didYouMean } from '../folio/suggest.js';

/** What a template can say: text, yes or no; null for what is not there. */
export type Values = Readonly<Record<string, string | boolean | null>>;

/** Enough to put words together. Nothing that loops, defines or includes: rule files hold no code. */
const TAGS = ['if', 'unless', 'case', 'comment', 'raw'];
const FILTERS = ['append', 'capitalize', 'default', 'downcase', 'prepend', 'remove', 'replace', 'upcase'];

/** Characters of a template, and milliseconds to fill it in: they are short texts. */
const LENGTH = 4000;
const TIME = 1000;

let engine: Liquid | null = null;
const parsed = new Map<string, Template[]>();

/** Loaded when the first template is: by require(), which takes a tenth of the time that import takes for this one. */
function liquid(): Liquid {
  if (engine !== null) return engine;
  const { Liquid } = createRequire(import.meta.url)('liquidjs') as typeof import('liquidjs');
  // Without a locale it asks the system for one, for filters that are not there, which takes as long as the rest.
  engine = new Liquid({
    strictFilters: true,
    strictVariables: true,
    parseLimit: LENGTH,
    renderLimit: TIME,
    locale: 'en-US',
  });
  keep(engine.tags, TAGS);
  keep(engine.filters, FILTERS);
  return engine;
}

function keep(all: object, names: readonly string[]): void {
  for (const name of Object.keys(all)) if (!names.includes(name)) Reflect.deleteProperty(all, name);
}

function parse(template: string): Template[] {
  const known = parsed.get(template) ?? liquid().parse(template);
  parsed.set(template, known);
  return known;
}

/** Fills in a template. Line ends and runs of blanks become one blank each. */
export function render(template: string, values: Values): string {
  const text = liquid().renderSync(parse(template), values) as string;
  return text.replace(/\s+/g, ' ').trim();
}

/** What is wrong with a template, with what to write instead; null when nothing is. */
export function problemOf(template: string, placeholders: readonly string[]): string | null {
  try {
    const { variables } = liquid().analyzeSync(parse(template));
    for (const name of Object.keys(variables)) {
      if (!placeholders.includes(name)) {
        return `there is no placeholder {{ ${name} }}; there are: ${placeholders.join(', ')}${didYouMean(name, placeholders)}`;
      }
      const deeper = variables[name]!.find(({ segments }) => segments.length > 1);
      if (deeper !== undefined) return `{{ ${name} }} is text and has no parts: write {{ ${name} }} alone`;
    }
    return null;
  } catch (error) {
    return reworded(error instanceof Error ? error.message : String(error));
  }
}

/** A placeholder that is said without being asked for, though it may be missing; null when there is none. */
export function unasked(template: string, mayBeMissing: readonly string[]): string | null {
  const asked = [...template.matchAll(/\{%([^]*?)%\}/g)].map(([, condition]) => condition!).join(' ');
  const said = [...template.matchAll(/\{\{([^]*?)\}\}/g)].map(([, output]) => output!);
  return (
    mayBeMissing.find((name) => {
      const named = new RegExp(`\\b${name}\\b`);
      return (
        !named.test(asked) && said.some((output) => named.test(output) && !/\|\s*default\b/.test(output))
      );
    }) ?? null
  );
}

/** LiquidJS says where in the template; lines are those of the rule file here. */
function reworded(message: string): string {
  const said = message.replace(/, (?:file:[^,]*, )?line:\d+(?:, col:\d+)?/, '');
  const [, filter] = /^undefined filter: (\S+)/.exec(said) ?? [];
  if (filter !== undefined) {
    return `there is no filter "${filter}"; there are: ${FILTERS.join(', ')}${didYouMean(filter, FILTERS)}`;
  }
  const [, tag] = /^tag "(\w+)" not found/.exec(said) ?? [];
  if (tag !== undefined) {
    const end = tag.startsWith('end') || tag.startsWith('els');
    return end
      ? `{% ${tag} %} stands without what it belongs to`
      : `there is no {% ${tag} %}; there are: ${TAGS.join(', ')}${didYouMean(tag, TAGS)}`;
  }
  return `this is no template: ${said}`;
}
