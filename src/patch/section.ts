/** A line that starts a section, as `diff -p` and git see it: a function, a struct, a declaration. */
export interface Section {
  /** Index of the line. */
  readonly at: number;
  /** Name of the function that the line declares, or null when it is something else. */
  readonly name: string | null;
}

const LABEL = /^[A-Za-z_]\w*:\s*(?:$|\/)/;

/** The sections of a text, in order. A hunk's `@@` line names the last one before its first line. */
export function readSections(lines: readonly string[]): Section[] {
  const sections: Section[] = [];
  for (let at = 0; at < lines.length; at++) {
    const line = lines[at]!;
    if (/^[A-Za-z_$]/.test(line) && !LABEL.test(line)) sections.push({ at, name: functionNamedBy(line) });
  }
  return sections;
}

/** The section that the line with index `at` stands in, or null before the first one. */
export function sectionAt(sections: readonly Section[], at: number): Section | null {
  let low = 0;
  let high = sections.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sections[middle]!.at < at) low = middle + 1;
    else high = middle;
  }
  return sections[low - 1] ?? null;
}

/**
 * The function that a section line names, or null when it names none: a struct, a declaration that ends with
 * a semicolon, an empty section. `SYSCALL_DEFINE3(madvise, ...` and the like are named with their first
 * argument, which is what tells them apart.
 */
export function functionNamedBy(section: string): string | null {
  const line = section.slice(0, 400).trim();
  if (line.endsWith(';') || LABEL.test(line)) return null;
  for (const match of line.matchAll(/([A-Za-z_]\w*) ?\(/g)) {
    const name = match[1]!;
    if (
      /^(?:__attribute__|__printf|__acquires|__releases|__must_hold|__aligned|__section|__free)$/.test(name)
    ) {
      continue;
    }
    if (!/^[A-Z][A-Z0-9_]*$/.test(name)) return name;
    const argument = /^\s*(\w+)/.exec(line.slice(match.index + match[0].length));
    return `${name}(${argument?.[1] ?? ''}`;
  }
  return null;
}
