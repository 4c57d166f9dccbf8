// The matrix of principals by repositories, in time that grows with its cells and little else.
// It must not know how a verb is decided, only on what that hangs.
import { accountOfArn, regionOfArn } from './arn.js';
import type { Requester } from './model.js';
import type { CompiledPolicy, TellsApart } from './policy.js';
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
      const cell = new Cell(() => can(verb, who, repository, known), decided.get(key));
      decided.set(key, cell.answer);
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
  /** Whether each repository matches a pattern. */
  readonly #matches = new Map<string, readonly boolean[]>();

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
      const { registryScope, resource, resourceControl } = policies;
      const side =
        sides.get(policies) ??
        numberOf(
          JSON.stringify([
            registryScope,
            resource.map(({ meaning }) => meaning),
            resourceControl?.map((level) => level.map(({ meaning }) => meaning)),
          ]),
        );
      sides.set(policies, side);
      const seen = this.#seenBy(tellingApart([resource, resourceControl].flat(2)), at);
      return numberOf([side, accountOfArn(arn), regionOfArn(arn), seen].join());
    });
  }

  /** The class of each repository, by its place. */
  classesFor({ policies }: PrincipalSubject): (at: number) => string {
    const { identity, boundary, session, serviceControl } = policies;
    const apart = tellingApart([identity, boundary, session, serviceControl].flat(2));
    return (at) => `${this.#own[at]} ${this.#seenBy(apart, at)}`;
  }

  #seenBy(apart: readonly TellsApart[], at: number): string {
    return apart
      .flatMap(({ patterns, tags }) => [
        // With a variable in it, a pattern may be about any of them.
        ...(patterns === 'variable'
          ? [this.#repositories[at]?.arn, this.#tags[at]]
          : patterns.map((pattern) => this.#matchesOf(pattern)[at])),
        tags && this.#tags[at],
      ])
      .join();
  }

  #matchesOf(pattern: string): readonly boolean[] {
    const known = this.#matches.get(pattern);
    if (known !== undefined) return known;
    const matches = resourceMatcher(pattern);
    const made = this.#repositories.map(({ arn }) => matches(arn));
    this.#matches.set(pattern, made);
    return made;
  }
}

function tellingApart(policies: readonly (CompiledPolicy | undefined)[]): readonly TellsApart[] {
  return policies.map((policy) => policy?.tellsApart).filter((one) => one !== undefined);
}
