/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BITOPS_H
#define BITOPS_H

#include <linux/mm_types.h>

/* Atomic: no update of another bit of the word is lost. */
void set_bit(long nr, unsigned long *word);
void clear_bit(long nr, unsigned long *word);
bool test_and_set_bit(long nr, unsigned long *word);
bool test_and_set_bit_lock(long nr, unsigned long *word);
bool test_and_clear_bit(long nr, unsigned long *word);

/* Not atomic. */
void __set_bit(long nr, unsigned long *word);
void __clear_bit(long nr, unsigned long *word);

bool test_bit(long nr, const unsigned long *word);

#endif
