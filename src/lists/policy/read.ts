import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { RectoError } from '../../errors.js';
import { parseRuleFile } from '../../folio/yaml.js';
import { reasonOf } from '../../tree/cache.js';
import { policyForm, type LoginForm, type PolicyForm, type SourceForm } from './form.js';
import type { AnswerRule, Login, Policy, SourcePlace, SourcePolicy } from './policy.js';

const HOUR = 3600 * 1000;
const DAY = 24 * HOUR;

/**
 * Reads recto.yml. Paths in it are relative to the folder that it is in.
 *
 * @throws RectoError 'bad-policy' that names file, line and field
 */
export function readPolicy(file: string): Policy {
  let content: string;
  try {
    content = readFileSync(file, 'utf8');
  } catch (error) {
    throw new RectoError(
      'bad-policy',
      `the policy ${file} cannot be read: ${reasonOf(error)}; name another one with --config`,
      file,
    );
  }
  const { data, locate } = parseRuleFile(content, file, policyForm, 'bad-policy');
  const policy = policyOf(data, dirname(resolve(file)));
  refuseTwice(policy, locate);
  const named = policy.archive?.source ?? null;
  if (named !== null && !policy.sources.some((source) => source.name === named)) {
    const place = locate(['archive', 'source']);
    throw new RectoError('bad-policy', `${place}: archive.source: there is no source ${named}`, place);
  }
  data.answers?.forEach((answer, i) => {
    if (answer.to !== 'reviewer' || answer.reviewer !== undefined) return;
    const place = locate(['answers', i, 'to']);
    throw new RectoError(
      'bad-policy',
      `${place}: answers[${String(i)}].reviewer: who is the reviewer?`,
      place,
    );
  });
  return policy;
}

function refuseTwice({ sources }: Policy, locate: (path: readonly PropertyKey[]) => string): void {
  sources.forEach(({ name }, i) => {
    if (sources.findIndex((other) => other.name === name) === i) return;
    const place = locate(['sources', i, 'name']);
    throw new RectoError('bad-policy', `${place}: sources[${String(i)}].name: ${name} is there twice`, place);
  });
}

function policyOf(form: PolicyForm, folder: string): Policy {
  const path = (text: string) => resolve(folder, text);
  const { send, archive, patchwork } = form;
  return {
    identity: form.identity,
    store: path(form.store ?? 'recto.db'),
    tree: form.tree === undefined ? null : path(form.tree),
    rules: (form.rules ?? []).map(path),
    sources: form.sources.map((source) => sourceOf(source, path)),
    paths: form.paths ?? ['**/*.c', '**/*.h'],
    settle: form.settle ?? 10 * 60 * 1000,
    wait: form.wait ?? 6 * HOUR,
    oldest: form.oldest ?? 14 * DAY,
    poll: form.poll ?? 5 * 60 * 1000,
    answers: (form.answers ?? []).map(ruleOf),
    mute: { lists: form.mute?.lists ?? [], authors: form.mute?.authors ?? [] },
    bots: form.bots ?? [],
    commandsFrom: form.commands?.from ?? [],
    perDay: form.perDay ?? 20,
    send: !send
      ? null
      : send.smtp
        ? { kind: 'smtp', login: loginOf(send.smtp, { yes: 465, other: 587 }, path) }
        : send.maildir !== undefined
          ? { kind: 'maildir', path: path(send.maildir) }
          : { kind: 'mbox', path: path(send.mbox!) },
    archive: archive
      ? { url: archive.url ?? null, source: archive.source ?? null, wait: archive.wait ?? 6 * HOUR }
      : null,
    patchwork: patchwork
      ? {
          url: patchwork.url.replace(/\/+$/, ''),
          project: patchwork.project ?? null,
          tokenFile: path(patchwork.tokenFile),
          context: patchwork.context ?? 'recto',
        }
      : null,
  };
}

function sourceOf(form: SourceForm, path: (text: string) => string): SourcePolicy {
  const { start = 'now' } = form;
  return {
    name: form.name,
    place: placeOf(form, path),
    list: form.list ?? null,
    start: start === 'now' || start === 'beginning' ? start : { since: Date.parse(start) },
  };
}

function placeOf(form: SourceForm, path: (text: string) => string): SourcePlace {
  const { publicInbox: from, mbox, maildir, thread, imap } = form;
  if (from !== undefined) {
    const remote = /^(?:https?|git|ssh):\/\//.test(from);
    const plain = from.replace(/\/+$/, '');
    return { kind: 'public-inbox', from: remote ? plain : path(plain), remote, fetch: form.fetch ?? remote };
  }
  if (mbox !== undefined) return { kind: 'mbox', path: path(mbox) };
  if (maildir !== undefined) return { kind: 'maildir', path: path(maildir) };
  if (thread !== undefined) return { kind: 'thread', url: threadUrl(thread) };
  return {
    kind: 'imap',
    login: loginOf(imap!, { yes: 993, other: 143 }, path),
    folder: imap!.folder ?? 'INBOX',
  };
}

/** A message-id alone is looked for in the archive that has all lists. */
function threadUrl(thread: string): string {
  if (/^https?:\/\//.test(thread)) {
    return thread.replace(/#.*$/, '').replace(/\/(?:T|t|raw|t\.mbox\.gz)?\/?$/, '');
  }
  return `https://lore.kernel.org/all/${encodeURIComponent(thread.replace(/^<|>$/g, ''))}`;
}

function loginOf(
  form: LoginForm,
  ports: { readonly yes: number; readonly other: number },
  path: (text: string) => string,
): Login {
  const tls = form.tls ?? 'yes';
  return {
    host: form.host,
    port: form.port ?? (tls === 'yes' ? ports.yes : ports.other),
    tls,
    authority: form.authority === undefined ? null : path(form.authority),
    user: form.user ?? null,
    passwordFile: form.passwordFile === undefined ? null : path(form.passwordFile),
  };
}

function ruleOf(form: NonNullable<PolicyForm['answers']>[number]): AnswerRule {
  const { list, paths, ...rest } = form;
  const given = Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== undefined));
  return { list: list ?? null, paths: paths ?? null, ...given };
}
