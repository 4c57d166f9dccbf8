// The matrix of principals by repositories, in time that grows with its cells and little else.
// It must not know how a verb is decided, only on what that hangs.
import { accountOfArn, regionOfArn } from './arn.js';
import type { Requester } from './model.js';
import type { CompiledPolicy } from './policy.js';
import { resourceMatcher } from './statement.js';
import {
  type Circumstances,
  can,
  type PrincipalSubject,
  type RepositorySubject,
  type Verb,
  type VerbAnswer,
} from './verbs.js';

export interface WhoCanRow {
  readonly requester: Requester;
  /** The ARN. */
  readonly repository: string;
  readonly answer: VerbAnswer;
}

/**
 * In the order they are given, all repositories of the first principal first. For one principal the answer is the same for all
 * repositories that no policy tells apart, so that it is decided once; everything but `answer.answer` is made when it is read.
 */
export function whoCan(
  verb: Verb,
  repositories: readonly RepositorySubject[],
  principals: readonly PrincipalSubject[],
  known: Circumstances = {},
): readonly WhoCanRow[] {
  const view = new Likeness(repositories);
  return principals.flatMap((who) => {
    const classOf = view.classesFor(who);
    const decided = new Map<string, VerbAnswer['answer']>();
    return repositories.map((repository, at) => {
      const key = classOf(at);
      const answer = decided.get(key);
      const cell = new Cell(() => can(verb, who, repository, known), answer);
      if (answer === undefined) decided.set(key, cell.answer);
      return { requester: who.requester, repository: repository.arn, answer: cell };
    });
  });
}

/** An answer of which the word is known already, and the rest is decided when somebody asks. */
class Cell implements VerbAnswer {
  readonly #decide: () => VerbAnswer;
  readonly #word: VerbAnswer['answer'] | undefined;
  #whole: VerbAnswer | undefined;

  constructor(decide: () => VerbAnswer, word: VerbAnswer['answer'] | undefined) {
    this.#decide = decide;
    this.#word = word;
  }

  get #answer(): VerbAnswer {
    this.#whole ??= this.#decide();
    return this.#whole;
  }
  get answer() {
    return this.#word ?? this.#answer.answer;
  }
  get action() {
    return this.#answer.action;
  }
  get decision() {
    return this.#answer.decision;
  }
  get conditions() {
    return this.#answer.conditions;
  }
  get unread() {
    return this.#answer.unread;
  }
  get atBest() {
    return this.#answer.atBest;
  }
  get actions() {
    return this.#answer.actions;
  }
}

/** Which repositories are alike in the eyes of policies. */
class Likeness {
  readonly #repositories: readonly RepositorySubject[];
  /** By what their own side says: policies, account, Region. */
  readonly #own: readonly string[];
  readonly #tags: readonly string[];
  /** Whether each repository matches a pattern: `1` or `0`, a letter each. */
  readonly #matches = new Map<string, string>();

  constructor(repositories: readonly RepositorySubject[]) {
    this.#repositories = repositories;
    const numbers = new Map<string, number>();
    const numberOf = (text: string): string => {
      const number = numbers.get(text) ?? numbers.size;
      numbers.set(text, number);
      return String(number);
    };
    this.#tags = repositories.map(({ tags }) => numberOf(JSON.stringify(tags ?? null)));
    const sides = new Map<RepositorySubject['policies'], string>();
    this.#own = repositories.map(({ arn, policies }, at) => {
      const all = [...policies.resource, ...(policies.resourceControl ?? []).flat()];
      const side =
        sides.get(policies) ??
        numberOf(
          JSON.stringify([
            policies.registryScope,
            policies.resource.map(({ meaning }) => meaning),
            policies.resourceControl?.map((level) => level.map(({ meaning }) => meaning)),
          ]),
        );
      sides.set(policies, side);
      return numberOf([side, accountOfArn(arn), regionOfArn(arn), this.#seenBy(all, at)].join(' '));
    });
  }

  /** The class of each repository, by its place. */
  classesFor({ policies }: PrincipalSubject): (at: number) => string {
    const { identity, boundary, session = [], serviceControl = [] } = policies;
    const all = [...identity, ...(boundary === undefined ? [] : [boundary]), ...session, ...serviceControl.flat()];
    if (all.every(({ tellsApart }) => tellsApart === undefined)) return (at) => this.#own[at] ?? '';
    return (at) => `${this.#own[at]} ${this.#seenBy(all, at)}`;
  }

  #seenBy(policies: readonly CompiledPolicy[], at: number): string {
    let seen = '';
    for (const { tellsApart } of policies) {
      if (tellsApart === undefined) continue;
      // With a variable in it, a pattern may be about any of them.
      if (tellsApart.patterns === 'variable') return `${this.#repositories[at]?.arn} ${this.#tags[at]}`;
      for (const pattern of tellsApart.patterns) seen += this.#matchesOf(pattern)[at];
      if (tellsApart.tags) seen += ` ${this.#tags[at]} `;
    }
    return seen;
  }

  #matchesOf(pattern: string): string {
    const known = this.#matches.get(pattern);
    if (known !== undefined) return known;
    const matches = resourceMatcher(pattern);
    const made = this.#repositories.map(({ arn }) => (matches(arn) ? '1' : '0')).join('');
    this.#matches.set(pattern, made);
    return made;
  }
}
