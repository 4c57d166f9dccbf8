// What is made of an upstream's answer: itself, or the error that its status means.
// It must not know what was asked.
import { refused } from './errors.js';
import { type Answer, readAll } from './http.js';

/** Of tokens and the like, in bytes. */
const longest = 64 * 1024;

/** The answer where it is a success; throws what it means otherwise. */
export function successful(answer: Answer): Answer {
  if (answer.status >= 200 && answer.status < 300) return answer;
  answer.body.destroy();
  throw refused(answer.status);
}

export async function successfulText(answer: Answer, signal: AbortSignal): Promise<string> {
  return (await readAll(successful(answer).body, longest, signal)).toString('utf8');
}
