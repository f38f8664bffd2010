/** How parts of a text stand out. */
export interface Style {
  readonly strong: (text: string) => string;
  readonly place: (text: string) => string;
  readonly quiet: (text: string) => string;
}

/** As it is: for files, pipes and whoever does not want colour. */
export const PLAIN: Style = { strong: (text) => text, place: (text) => text, quiet: (text) => text };

/** For a terminal. */
export const COLOURED: Style = {
  strong: (text) => `\x1b[1m${text}\x1b[22m`,
  place: (text) => `\x1b[36m${text}\x1b[39m`,
  quiet: (text) => `\x1b[2m${text}\x1b[22m`,
};

/** Colour for a terminal, unless the user has said no (https://no-color.org). */
export function styleFor(
  output: { readonly isTTY?: boolean },
  environment: Readonly<Record<string, string | undefined>> = process.env,
): Style {
  const unwanted = (environment['NO_COLOR'] ?? '') !== '' || environment['TERM'] === 'dumb';
  return output.isTTY === true && !unwanted ? COLOURED : PLAIN;
}
