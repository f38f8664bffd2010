/** What of a test mail is not as usual. */
export interface MailParts {
  readonly id: string;
  readonly subject: string;
  readonly from?: string;
  readonly to?: string;
  readonly cc?: string;
  /** Ids, the one that is answered last. */
  readonly references?: readonly string[];
  readonly date?: Date;
  readonly headers?: readonly string[];
  readonly body?: string;
}

/** A mail as it stands in an archive. */
export function mail(parts: MailParts): string {
  const { id, subject, references = [], headers = [] } = parts;
  return [
    `From: ${parts.from ?? 'Sam Ample <sam@example.org>'}`,
    `To: ${parts.to ?? 'linux-mm@example.org'}`,
    ...(parts.cc === undefined ? [] : [`Cc: ${parts.cc}`]),
    `Subject: ${subject}`,
    `Date: ${(parts.date ?? new Date()).toUTCString()}`,
    `Message-ID: <${id}>`,
    ...(references.length === 0
      ? []
      : [
          `In-Reply-To: <${references.at(-1)!}>`,
          `References: ${references.map((one) => `<${one}>`).join('\n ')}`,
        ]),
    ...headers,
    '',
    parts.body ?? 'A mail.',
    '',
  ].join('\n');
}

/** The body of a patch mail: a commit message and a diff of one file. */
export function patchBody(title = 'do it', path = 'mm/print.c'): string {
  return [
    `To ${title}.`,
    '',
    'Signed-off-by: Sam Ample <sam@example.org>',
    '---',
    ` ${path} | 2 +-`,
    ' 1 file changed, 1 insertion(+), 1 deletion(-)',
    '',
    `diff --git a/${path} b/${path}`,
    'index 1111111..2222222 100644',
    `--- a/${path}`,
    `+++ b/${path}`,
    '@@ -1,3 +1,3 @@ int print(void)',
    ' int a;',
    '-int b;',
    '+int c;',
    ' int d;',
    '-- ',
    '2.39.5',
  ].join('\n');
}

/** The mails of a series, as git send-email threads them: all in reply to the first. */
export function seriesMails(parts: {
  readonly name: string;
  readonly patches: number;
  readonly version?: number;
  readonly cover?: boolean;
  readonly tag?: string;
  readonly from?: string;
  readonly references?: readonly string[];
  readonly date?: Date;
}): string[] {
  const { name, patches, version = 1, cover = patches > 1, tag = 'PATCH', references = [] } = parts;
  const prefix = (number: number) =>
    `[${tag}${version > 1 ? ` v${String(version)}` : ''}${patches > 1 ? ` ${String(number)}/${String(patches)}` : ''}]`;
  const key = name.replace(/[^\w]+/g, '-');
  const id = (number: number) => `${key}-v${String(version)}-${String(number)}@example.org`;
  const first = id(cover ? 0 : 1);
  const common = {
    ...(parts.from === undefined ? {} : { from: parts.from }),
    ...(parts.date === undefined ? {} : { date: parts.date }),
  };
  const mails = cover ? [mail({ id: first, subject: `${prefix(0)} ${name}`, references, ...common })] : [];
  for (let number = 1; number <= patches; number++) {
    const own = id(number) === first ? references : [...references, first];
    const subject = `${prefix(number)} ${name}: part ${String(number)}`;
    mails.push(mail({ id: id(number), subject, references: own, body: patchBody(), ...common }));
  }
  return mails;
}
