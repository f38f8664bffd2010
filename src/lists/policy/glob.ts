const compiled = new Map<string, RegExp>();

/**
 * True when a path matches a pattern: `*` and `?` within a part of the path, `**` across parts. A pattern that ends
 * in `/` means everything below that folder, as in MAINTAINERS.
 */
export function matchesGlob(path: string, pattern: string): boolean {
  let known = compiled.get(pattern);
  if (known === undefined) compiled.set(pattern, (known = compile(pattern)));
  return known.test(path);
}

function compile(pattern: string): RegExp {
  const whole = pattern.endsWith('/') ? `${pattern}**` : pattern;
  const parts = whole.split(/(\*\*\/|\*\*|\*|\?)/).map((part) => {
    if (part === '**/') return '(?:[^/]+/)*';
    if (part === '**') return '.*';
    if (part === '*') return '[^/]*';
    if (part === '?') return '[^/]';
    return part.replace(/[.+^${}()|[\]\\]/g, '\\$&');
  });
  return new RegExp(`^${parts.join('')}$`);
}
