/** One mail, decoded: what the patch reading needs of it. */
export interface Message {
  /** Where it came from, for people: "series.mbox, message 3". */
  readonly place: string;
  /** On one line, with its prefix; '' when there is none. */
  readonly subject: string;
  /** "Name <address>", or only one of both; null when not known. */
  readonly from: string | null;
  /** ISO 8601, or null. */
  readonly date: string | null;
  /** Without angle brackets; null when there is none. */
  readonly messageId: string | null;
  /** Ids of the mails it answers, oldest first, the one it answers directly last. */
  readonly references: readonly string[];
  /** The body. */
  readonly body: MessageText;
  /** Text attachments that hold a diff, without mail headers of their own. */
  readonly attachedDiffs: readonly string[];
  /** Mails attached to it or forwarded in it. */
  readonly attached: readonly Message[];
  readonly notes: readonly string[];
}

/** A text of a mail, and what the way it came by does to its lines. */
export interface MessageText {
  /** Lines end with '\n'. */
  readonly text: string;
  /** format=flowed (RFC 3676): a blank at the end of a line says that the next one continues it. */
  readonly flowed: boolean;
  /** DelSp=yes: that blank is not part of the text. */
  readonly delSp: boolean;
  /** True when it was a web page or HTML, which do not keep white space. */
  readonly fromPage: boolean;
}

/** A body of which nothing special is known. */
export function plainText(text: string): MessageText {
  return { text, flowed: false, delSp: false, fromPage: false };
}
