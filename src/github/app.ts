import type { Probot } from 'probot';
import type { Reviews } from './reviews.js';

/** Which event asks for what. */
export function rectoApp(app: Probot, reviews: Reviews): void {
  app.on(
    [
      'pull_request.opened',
      'pull_request.reopened',
      'pull_request.synchronize',
      'pull_request.ready_for_review',
    ],
    ({ octokit, payload }) => reviews.changed(octokit, payload, payload.pull_request.number),
  );

  app.on('pull_request.edited', ({ octokit, payload }) =>
    payload.changes.base ? reviews.changed(octokit, payload, payload.pull_request.number) : undefined,
  );

  app.on('pull_request.closed', ({ payload }) => {
    reviews.closed(payload, payload.pull_request.number);
  });

  app.on('check_run.rerequested', ({ id, octokit, payload }) =>
    reviews.checkAgain(octokit, payload, id, [payload.check_run]),
  );

  app.on('check_suite.rerequested', ({ id, octokit, payload }) =>
    reviews.suiteAgain(octokit, payload, id, payload.check_suite.id),
  );

  app.on('issue_comment.created', ({ octokit, payload }) =>
    payload.issue.pull_request
      ? reviews.commented(octokit, payload, payload.issue.number, { ...payload.comment, inThread: null })
      : undefined,
  );

  app.on('pull_request_review_comment.created', ({ octokit, payload }) =>
    reviews.commented(octokit, payload, payload.pull_request.number, {
      ...payload.comment,
      inThread: payload.comment.in_reply_to_id ?? payload.comment.id,
    }),
  );
}
