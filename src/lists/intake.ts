import { isAnswerId } from './answer-id.js';
import { gather, settle } from './gather.js';
import type { Letter } from './letter.js';
import { isAmong } from './policy/decide.js';
import type { Policy } from './policy/policy.js';
import type { Batch, FoundMail, Source, SourceEvent } from './source.js';
import { mailKey } from './store/mail-row.js';
import type { MailRecord, Store } from './store/store.js';

/** What one batch brought. */
export interface Taken {
  readonly mails: number;
  readonly patches: number;
  readonly aside: number;
  readonly deleted: number;
}

/**
 * Takes a batch of a source into the store, with the position to go on from, in one transaction: whenever the process
 * ends, the batch is either all there, or will be read again.
 */
export function takeBatch(store: Store, source: Source, batch: Batch, policy: Policy, now: number): Taken {
  const taken = { mails: 0, patches: 0, aside: 0, deleted: 0 };
  store.transaction(() => {
    const unknown = unknownOf(store, batch);
    store.mails.expectThreads(
      batch.events.flatMap((event) =>
        event.kind === 'mail' ? [event.letter.messageId, ...event.letter.references] : [],
      ),
    );
    const places: [place: string, mail: number][] = [];
    for (const event of batch.events) {
      if (event.kind === 'mail') {
        const { id, isNew } = takeMail(store, source, event, unknown, policy, now);
        places.push([event.place, id]);
        if (!isNew) continue;
        taken.mails++;
        if (event.letter.kind === 'patch') taken.patches++;
        if (event.letter.kind === 'aside') taken.aside++;
        continue;
      }
      // What follows may be about them.
      store.mails.addPlaces(source.name, places.splice(0));
      if (event.kind === 'deleted') {
        for (const place of placesOf(store, source.name, event)) {
          if (takeAway(store, source.name, place, policy, now)) taken.deleted++;
        }
      } else if (event.kind === 'rewritten') store.mails.doubtPlaces(source.name, event.prefix);
      else {
        setAside(store, source.name, event.place, event.reason, now);
        taken.aside++;
      }
    }
    store.mails.addPlaces(source.name, places);
    if (batch.rereadEnds !== undefined) {
      for (const place of store.mails.doubtedPlaces(source.name, batch.rereadEnds)) {
        if (takeAway(store, source.name, place, policy, now)) taken.deleted++;
      }
    }
    store.sources.setPosition(source.name, batch.position);
  });
  return taken;
}

/** Ids of mails of a batch that were not there before it. */
function unknownOf(store: Store, { events }: Batch): Set<string> {
  const ids = events.flatMap((event) => (event.kind === 'mail' ? [keyOf(event.letter)] : []));
  const known = store.mails.known(ids);
  return new Set(ids.filter((id) => !known.has(id)));
}

function keyOf({ messageId, twin }: Letter): string {
  return mailKey(messageId, twin);
}

/** Gives the number of the mail; its place is not noted yet. */
function takeMail(
  store: Store,
  source: Source,
  found: FoundMail,
  unknown: Set<string>,
  policy: Policy,
  now: number,
): { id: number; isNew: boolean } {
  const { letter } = found;
  const known = unknown.delete(keyOf(letter)) ? null : store.mails.find(letter.messageId, letter.twin)!;
  if (known !== null) {
    if (known.gone) comeBack(store, known, policy);
    return { id: known.id, isNew: false };
  }
  // Clocks of senders are wrong; nothing arrives later than now.
  const arrived = Math.min(found.arrived ?? letter.date ?? now, now);
  const thread = store.mails.thread([letter.messageId, ...letter.references]);
  const mail = store.mails.add(letter, arrived, thread);
  const taken = { id: mail.id, isNew: true };
  if (isOwn(letter, policy)) {
    seeOwn(store, letter.messageId, now);
    return taken;
  }
  if (letter.kind === 'aside' || isRobot(letter, policy)) return taken;
  if (letter.kind === 'patch' || letter.kind === 'cover') {
    if (found.bytes !== null) store.mails.setContent(mail.id, found.bytes);
    gather(store, mail, letter, policy, now);
  }
  takeCommands(store, mail, found, policy);
  return taken;
}

/** The places in a source that a deletion is about. */
function placesOf(store: Store, source: string, event: Extract<SourceEvent, { kind: 'deleted' }>): string[] {
  if (event.messageId === null || store.mails.at(source, event.place) !== null) return [event.place];
  const mail = store.mails.find(event.messageId);
  const places = mail === null ? [] : store.mails.places(mail.id);
  return places.filter((place) => place.source === source).map(({ place }) => place);
}

/** A mail that is in no source any more is treated as if it had never come, except that nothing is sent twice. */
function takeAway(store: Store, source: string, place: string, policy: Policy, now: number): boolean {
  const mail = store.mails.removePlace(source, place);
  if (mail === null) return false;
  store.mails.setGone(mail.id, true);
  store.mails.setContent(mail.id, null);
  for (const answer of store.answers.to(mail.messageId)) {
    if (answer.state === 'waiting')
      store.answers.setState(answer.id, 'dropped', 'the mail was taken away', now);
  }
  if (mail.series !== null) settle(store, store.series.get(mail.series), policy, false);
  return true;
}

function comeBack(store: Store, mail: MailRecord, policy: Policy): void {
  store.mails.setGone(mail.id, false);
  if (mail.series !== null) settle(store, store.series.get(mail.series), policy, false);
}

function setAside(store: Store, source: string, place: string, reason: string, now: number): void {
  const messageId = `${source}.${place.replace(/[^\w.-]/g, '-')}@unreadable.invalid`;
  const known = store.mails.find(messageId);
  const letter: Letter = {
    messageId,
    kind: 'aside',
    reason,
    title: '',
    subject: { title: '', version: 1, number: null, total: null, reply: false, tags: [], patch: false },
    sender: { name: '', address: '', relayed: false },
    date: null,
    references: [],
    automatic: null,
    announces: [],
  };
  const mail = known ?? store.mails.add(letter, now, store.mails.thread([messageId]));
  store.mails.addPlaces(source, [[place, mail.id]]);
}

function isOwn(letter: Letter, { identity }: Policy): boolean {
  return letter.sender.address === identity.address || isAnswerId(letter.messageId, identity.address);
}

function isRobot(letter: Letter, { bots }: Policy): boolean {
  return letter.automatic !== null || isAmong(letter.sender.address, bots);
}

/** A mail of ours that comes back over a list has been sent, whatever we thought of it. */
function seeOwn(store: Store, messageId: string, now: number): void {
  const answer = store.answers.find(messageId);
  if (answer === null || answer.state === 'sent') return;
  store.answers.setState(answer.id, 'sent', 'seen on the list', now);
}

function takeCommands(store: Store, mail: MailRecord, { letter, asks }: FoundMail, policy: Policy): void {
  if (asks === null) return;
  const by = letter.sender.address;
  const allowed = isAmong(by, policy.commandsFrom);
  const author = authorsOf(store, mail);
  for (const command of asks.commands) {
    const said = { by, at: mail.arrived, messageId: mail.messageId };
    if (command.what === 'mute') {
      // Everybody may ask not to be written to.
      const own =
        command.whom === by || (command.whom === 'author' && author.length === 1 && author[0] === by);
      if (!allowed && !own) continue;
      if (command.whom === 'list') {
        const lists = asks.recipients.filter((address) => isList(address, policy));
        for (const about of lists) store.wishes.add({ what: 'mute-list', about, reason: '', ...said });
      } else {
        const whom = command.whom === 'author' ? author : [command.whom];
        const what = isList(command.whom, policy) ? 'mute-list' : 'mute-author';
        for (const about of whom) store.wishes.add({ what, about, reason: '', ...said });
      }
    } else if (allowed) {
      const reason = command.what === 'dismiss' ? command.reason : '';
      store.wishes.add({ what: command.what, about: command.finding, reason, ...said });
    }
  }
}

/** Who sent the series that a reply is about. */
function authorsOf(store: Store, mail: MailRecord): string[] {
  return [...new Set(store.series.inThread(mail.thread).map(({ senderAddress }) => senderAddress))];
}

function isList(address: string, policy: Policy): boolean {
  return (
    policy.sources.some(({ list }) => list === address) || policy.answers.some(({ list }) => list === address)
  );
}
