import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { askOnce, leaseReader } from '../../src/tree/readers.js';
import { commit, header, repository, temporaryFolder } from './repository.js';

describe('the reader of a repository', () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('is one for all who use it at a time, and for a while after', async () => {
    const folder = repository();
    const head = commit(folder, { [header]: 'h\n' });
    const first = leaseReader(folder);
    const second = leaseReader(folder);
    expect(second.objects).toBe(first.objects);
    first.end();
    vi.advanceTimersByTime(60_000);
    expect((await second.objects.read('HEAD'))?.id).toBe(head);
    second.end();
    expect((await askOnce(folder, (objects) => objects.read('HEAD')))?.id).toBe(head);
    expect(first.objects.hasEnded).toBe(false);
    vi.advanceTimersByTime(60_000);
    expect(first.objects.hasEnded).toBe(true);
    expect((await askOnce(folder, (objects) => objects.read('HEAD')))?.id).toBe(head);
  });

  it('sees what comes to the repository meanwhile', async () => {
    const folder = repository();
    commit(folder, { [header]: 'h\n' });
    const lease = leaseReader(folder);
    await lease.objects.read('HEAD');
    const head = commit(folder, { [header]: 'new\n' });
    expect((await lease.objects.read('HEAD'))?.id).toBe(head);
    expect((await lease.objects.read(`HEAD:${header}`))?.content.toString()).toBe('new\n');
    lease.end();
  });

  it('is another one once git has failed', async () => {
    const folder = temporaryFolder();
    const failed = leaseReader(folder);
    await expect(failed.objects.read('HEAD')).rejects.toThrow(/not a git repository/);
    const lease = leaseReader(folder);
    expect(lease.objects).not.toBe(failed.objects);
    failed.end();
    lease.end();
  });
});
