// Who may do what, for people and for programs: one repository with reasons, several as a table.
// It must not know how any answer comes about.
import {
  accountOf,
  needWords,
  placeWords,
  type Requester,
  requesterWords,
  type Verb,
  type VerbAnswer,
} from '../../access/index.js';
import type { AccessReport } from '../../plan/index.js';
import type { Owner } from '../../registry/model.js';
import { type Canvas, count, repositories as counted, hang, list, padEnd, width } from '../text.js';
import { title } from './view.js';

export interface WhoCanSight extends Canvas {
  /** Those who cannot are listed too. */
  readonly all: boolean;
  /** Somebody was asked about by name. */
  readonly asked: boolean;
}

type Answer = VerbAnswer['answer'];

const words: Readonly<Record<Answer, string>> = { yes: 'yes', 'yes-if': 'if', unknown: '?', no: 'no' };
const widest = 3;

function painted(answer: Answer, { paint }: Canvas): string {
  const colour = { yes: paint.green, 'yes-if': paint.yellow, unknown: paint.magenta, no: paint.dim }[answer];
  return colour(words[answer]);
}

/** `role/ci`, `role/node of 444444444444`, `account 444444444444`. */
function nameOf(requester: Requester, account: string): string {
  const home = accountOf(requester);
  const of = home === account ? '' : ` of ${home}`;
  switch (requester.kind) {
    case 'role': {
      const session = requester.session === undefined ? '' : `, session ${requester.session}`;
      return `${requester.arn.slice(requester.arn.indexOf(':role/') + 1)}${session}${of}`;
    }
    case 'user':
      return `${requester.arn.slice(requester.arn.indexOf(':user/') + 1)}${of}`;
    case 'service':
      return `service ${requester.service}`;
    default:
      return requesterWords(requester);
  }
}

/** Ends with a line feed. `owner`: none of a repository outside of any project. */
export function printWhoCan(report: AccessReport, owner: Owner | undefined, sight: WhoCanSight): string {
  const { repositories, verb } = report;
  const blocks: (readonly string[])[] = [heading(report, owner, sight)];
  if (repositories.length === 1) blocks.push(...ofOne(report, sight));
  else if (repositories.length > 1) blocks.push(...ofSeveral(report, sight));
  if (report.missing.length > 0)
    blocks.push(hang('Not there yet, so nobody can: ', list(report.missing), sight.columns));
  blocks.push(gapLines(report, sight));
  if (repositories.length > 0) blocks.push(totals(report, verb, sight));
  return `${blocks
    .filter((block) => block.length > 0)
    .map((block) => block.join('\n'))
    .join('\n\n')}\n`;
}

const doing: Readonly<Record<Verb, string>> = { pull: 'pull', push: 'push', delete: 'delete images' };

function heading(report: AccessReport, owner: Owner | undefined, { paint, columns }: WhoCanSight): readonly string[] {
  const { verb, of, repositories, account, region } = report;
  const [only] = repositories;
  const what = repositories.length === 1 && only !== undefined ? ` ${verb === 'delete' ? 'of ' : ''}${only.name}` : '';
  const when = of === 'planned' ? ', once the manifest is applied' : '';
  const question = paint.bold(`Who can ${doing[verb]}${what}${when}`);
  const where = owner === undefined ? paint.dim(`(${account}, ${region})`) : title(owner, { account, region }, paint);
  return width(question) + 2 + width(where) <= columns ? [`${question}  ${where}`] : [question, where];
}

function ofOne(report: AccessReport, sight: WhoCanSight): (readonly string[])[] {
  const rows = report.principals.flatMap((requester, at) => {
    const answer = report.answers[at]?.[0];
    return answer === undefined || (answer.answer === 'no' && !sight.all) ? [] : [{ requester, answer }];
  });
  if (rows.length === 0) return [['  Nobody who is known here']];
  return rows.map(({ requester, answer }) => [
    `  ${padEnd(painted(answer.answer, sight), widest)}  ${sight.paint.bold(nameOf(requester, report.account))}`,
    ...(sight.asked ? actionLines(answer, sight) : reasonLines(answer, sight)),
  ]);
}

const indent = '       ';

function reasonLines(answer: VerbAnswer, { columns, paint }: WhoCanSight): readonly string[] {
  return sentences(answer).flatMap((sentence) => hang(indent, sentence, columns, paint.dim));
}

/** Why, in a few sentences. */
function sentences(answer: VerbAnswer): readonly string[] {
  const { decision, conditions, unread, atBest } = answer;
  switch (answer.answer) {
    case 'yes':
      return [decision.statement === undefined ? decision.sentence : placeWords(decision.statement)];
    case 'no':
      return [decision.sentence];
    case 'yes-if':
      return [
        `where ${conditions === undefined ? '' : needWords(conditions)}`,
        ...(decision.statement === undefined ? [] : [placeWords(decision.statement)]),
      ];
    case 'unknown': {
      const where = atBest?.conditions === undefined ? '' : `, where ${needWords(atBest.conditions)}`;
      return [
        `yes as far as could be read${where}`,
        ...unread.map(({ policy, reason }) => `not read: ${policy} (${reason})`),
      ];
    }
  }
}

/** The actions that the verb takes, those together on which the same decides. */
function actionLines(answer: VerbAnswer, sight: WhoCanSight): readonly string[] {
  const { columns, paint } = sight;
  const groups = new Map<string, { readonly answer: Answer; readonly said: string; readonly actions: string[] }>();
  for (const { action, needed, answer: one, decision } of answer.actions) {
    const { statement, sentence } = decision;
    const said =
      one === 'yes' && statement !== undefined
        ? placeWords(statement)
        : sentence.replace(/ecr:\w+ on (\*|arn:\S+?)(?=[,]?( |$))/, 'this');
    const group = groups.get(`${one} ${said}`) ?? { answer: one, said, actions: [] };
    groups.set(`${one} ${said}`, group);
    group.actions.push(needed ? action : `${action} (which some clients ask for)`);
  }
  const why = answer.answer === 'yes-if' || answer.answer === 'unknown' ? reasonLines(answer, sight) : [];
  return [
    ...why,
    ...[...groups.values()].flatMap(({ answer: one, said, actions }) => [
      ...hang(`${indent}${padEnd(painted(one, sight), widest)}  `, list(actions), columns),
      ...hang(`${indent}     `, said, columns, paint.dim),
    ]),
  ];
}

/** Repositories in whose columns everybody has the same answer. */
interface Group {
  readonly names: string[];
  readonly column: readonly Answer[];
}

function groupsOf({ repositories, answers }: AccessReport): readonly Group[] {
  const groups = new Map<string, Group>();
  for (const [at, { name }] of repositories.entries()) {
    const column = answers.map((row) => row[at]?.answer ?? 'no');
    const key = column.join();
    const group = groups.get(key) ?? { names: [], column };
    groups.set(key, group);
    group.names.push(name);
  }
  return [...groups.values()];
}

/** What a principal may take of a line in any case; more where answers leave it. Longer names stand on a line of their own. */
const nameRoom = 34;
const mostNames = 6;

function ofSeveral(report: AccessReport, sight: WhoCanSight): (readonly string[])[] {
  const { columns } = sight;
  const groups = groupsOf(report);
  const shown = report.principals.flatMap((requester, at) => {
    const row = groups.map(({ column }) => column[at] ?? 'no');
    return sight.all || row.some((answer) => answer !== 'no') ? [{ name: nameOf(requester, report.account), row }] : [];
  });
  if (shown.length === 0) return [['  Nobody who is known here']];
  const longest = Math.max(...shown.map(({ name }) => width(name)));
  const spare = columns - 2 - groups.length * (2 + widest);
  const room = Math.min(longest, Math.max(nameRoom, Math.floor(columns / 2), spare));
  const names = groups.map(({ names: [first = '', ...more] }) => (more.length === 0 ? first : undefined));
  const fits =
    names.every((name) => name !== undefined) && 2 + room + sum(names.map((name) => 2 + width(name ?? ''))) <= columns;
  const heads = fits ? names.map((name) => name ?? '') : groups.map((_, at) => letter(at));
  const legend = fits
    ? []
    : [
        groups.flatMap(({ names: all }, at) => {
          const more = all.length - mostNames;
          const said = more > 1 ? [...all.slice(0, mostNames), `${more} others`] : all;
          return hang(`  ${padEnd(heads[at] ?? '', 2)}  `, list(said), columns);
        }),
      ];
  const blocks: string[][] = [];
  const cell = (at: number) => Math.max(widest, width(heads[at] ?? ''));
  for (let start = 0; start < groups.length; ) {
    let end = start;
    let used = 2 + room;
    while (end < groups.length && (end === start || used + 2 + cell(end) <= columns)) {
      used += 2 + cell(end);
      end += 1;
    }
    const span = Array.from({ length: end - start }, (_, at) => start + at);
    const lines = [
      `  ${' '.repeat(room)}${span.map((at) => `  ${padEnd(heads[at] ?? '', cell(at))}`).join('')}`.trimEnd(),
    ];
    for (const { name, row } of shown) {
      const cells = span
        .map((at) => `  ${padEnd(painted(row[at] ?? 'no', sight), cell(at))}`)
        .join('')
        .trimEnd();
      if (width(name) <= room) lines.push(`  ${padEnd(name, room)}${cells}`);
      else lines.push(`  ${name}`, `  ${' '.repeat(room)}${cells}`);
    }
    blocks.push(lines);
    start = end;
  }
  return [
    ...legend,
    ...blocks,
    keyLines(
      shown.flatMap(({ row }) => row),
      report,
      sight,
    ),
  ];
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, one) => total + one, 0);
}

/** `A` to `Z`, then `AA`. */
function letter(at: number): string {
  const last = String.fromCharCode(65 + (at % 26));
  return at < 26 ? last : `${letter(Math.floor(at / 26) - 1)}${last}`;
}

function keyLines(
  given: readonly Answer[],
  { verb }: AccessReport,
  { columns, paint }: WhoCanSight,
): readonly string[] {
  const lines: string[] = [];
  if (given.includes('yes-if')) lines.push(...hang('  if  ', 'under conditions', columns, paint.dim));
  if (given.includes('unknown'))
    lines.push(...hang('  ?   ', 'as far as could be read; what stands in the way could not be', columns, paint.dim));
  if (lines.length > 0)
    lines.push(...hang('  ', `\`slipway who-can ${verb} REPO\` says which, and why`, columns, paint.dim));
  return lines;
}

function gapLines({ gaps }: AccessReport, { paint, columns }: WhoCanSight): readonly string[] {
  if (gaps.length === 0) return [];
  return [
    paint.bold(paint.magenta('Could not be read')),
    ...gaps.flatMap(({ what, operation, reason }) => [
      ...hang('  ', what, columns),
      ...hang('    ', `${operation}: ${reason}`, columns, paint.dim),
    ]),
  ];
}

function totals(report: AccessReport, verb: Verb, { columns, paint, asked }: WhoCanSight): readonly string[] {
  const best = report.answers.map((row) => row.map(({ answer }) => answer).sort(byGravity)[0] ?? 'no');
  const many = (answer: Answer) => best.filter((one) => one === answer).length;
  if (asked && report.principals.length === 1 && report.repositories.length === 1) {
    const [answer = 'no'] = best;
    const said = { yes: 'Yes', no: 'No', 'yes-if': 'Yes, under conditions', unknown: 'Not known' }[answer];
    return hang('', said, columns, paint.bold);
  }
  const several = report.repositories.length === 1 ? '' : ` at least one of ${counted(report.repositories.length)}`;
  const parts = [
    `${many('yes')} can ${doing[verb]}${several}`,
    ...(many('yes-if') > 0 ? [`${many('yes-if')} under conditions`] : []),
    ...(many('unknown') > 0 ? [`${many('unknown')} perhaps`] : []),
    ...(many('no') > 0 ? [`${many('no')} cannot`] : []),
  ];
  return hang('', `Of ${count(report.principals.length, 'principal')}: ${list(parts)}`, columns, paint.bold);
}

const gravity: readonly Answer[] = ['yes', 'yes-if', 'unknown', 'no'];

function byGravity(one: Answer, other: Answer): number {
  return gravity.indexOf(one) - gravity.indexOf(other);
}

export function whoCanJson(
  { verb, of, account, region, repositories, missing, principals, answers, gaps }: AccessReport,
  { actions, all }: { readonly actions: boolean; readonly all: boolean },
): Record<string, unknown> {
  return {
    verb,
    of,
    account,
    region,
    repositories,
    missing,
    answers: principals.flatMap((requester, at) =>
      repositories.flatMap(({ name }, column) => {
        const answer = answers[at]?.[column];
        if (answer === undefined || (answer.answer === 'no' && !all)) return [];
        return [{ principal: principalJson(requester), repository: name, ...answerJson(answer, actions) }];
      }),
    ),
    gaps,
  };
}

function principalJson(requester: Requester): object {
  const { id: _id, tags: _tags, organization: _organization, ...who } = requester;
  return who;
}

function answerJson(
  { answer, action, decision, conditions, unread, atBest, actions }: VerbAnswer,
  all: boolean,
): object {
  const { reason, sentence, statement } = decision;
  return {
    answer,
    action,
    reason,
    sentence,
    statement: statement ?? null,
    ...(conditions === undefined ? {} : { conditions: { words: needWords(conditions), need: conditions } }),
    ...(unread.length === 0 ? {} : { unread }),
    ...(atBest === undefined
      ? {}
      : {
          atBest: {
            answer: atBest.answer,
            ...(atBest.conditions === undefined
              ? {}
              : { conditions: { words: needWords(atBest.conditions), need: atBest.conditions } }),
          },
        }),
    ...(all
      ? {
          actions: actions.map((one) => ({
            action: one.action,
            needed: one.needed,
            answer: one.answer,
            reason: one.decision.reason,
            sentence: one.decision.sentence,
            statement: one.decision.statement ?? null,
          })),
        }
      : {}),
  };
}
