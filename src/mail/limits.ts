/** All inputs of one call together. Beyond that, give Recto the mails you mean. */
export const MAX_INPUT_BYTES = 256 * 1024 * 1024;

/** Mails in all inputs together. A series of more than a few hundred patches is nobody's. */
export const MAX_MAILS = 20_000;

/** Mails within mails (forwarded, attached): how deep we look. */
export const MAX_NESTING = 4;

/** Levels of `>` that are told apart; what is quoted deeper is left alone. */
export const MAX_QUOTE_DEPTH = 30;

/** Bytes of a header field with addresses that are looked at; only the first address is used. */
export const MAX_ADDRESSES = 2000;

/** Bytes of a mail's header that are read where many mails are; the longest on kernel lists has 90 KB. */
export const MAX_HEADER_BYTES = 512 * 1024;

/** A mail larger than this is kept aside by whoever follows a list: no patch of C source comes near. */
export const MAX_LIST_MAIL_BYTES = 16 * 1024 * 1024;
