/** What became of handing a mail over. */
export type Delivery =
  | { readonly kind: 'taken'; readonly note: string | null }
  /** It will not be taken, now or later. */
  | { readonly kind: 'refused'; readonly reason: string }
  /** It was not taken, and may be later. */
  | { readonly kind: 'later'; readonly reason: string; readonly unreachable: boolean }
  /** Nobody knows. */
  | { readonly kind: 'doubt'; readonly reason: string };

/** A mail on its way. */
export interface Outgoing {
  readonly messageId: string;
  readonly from: string;
  readonly recipients: readonly string[];
  readonly bytes: Buffer;
}

/** Where mails go. */
export interface Transport {
  /**
   * Hands over one mail.
   *
   * @param begin called just before the mail itself goes: until then it is certain that nobody has it
   */
  deliver(mail: Outgoing, begin: () => void): Promise<Delivery>;
  close(): Promise<void>;
}
