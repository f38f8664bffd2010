// SPDX-License-Identifier: Apache-2.0
#include <linux/mm.h>

void note_split(struct folio *folio);
