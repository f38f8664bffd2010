/** What is written for each kind of expression. */
export const EXPRESSION = {
  number: 0,
  name: 1,
  read: 2,
  address: 3,
  unary: 4,
  binary: 5,
  type: 6,
  opaque: 7,
};

/** What is written for what a node does. */
export const ACTION = { assign: 0, call: 1, test: 2, return: 3, declare: 4, iterate: 5, nothing: 6 };

/** Stands in front of a number that is written as JSON, among the strings. Others are written as one more than they are. */
export const AS_JSON = 0;

/** Below it numbers are written as they are: one more still fits in 32 bits with a sign. */
export const NATURAL_LIMIT = 2 ** 30;
