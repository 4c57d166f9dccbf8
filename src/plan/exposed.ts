// What others opened: statements that are not ours and let in whom the manifest does not tell of. Nothing to consent to, but to know.
// It must not know how anything is shown, nor which of it is a hazard.
import { type Diagnostic, type DiagnosticCode, diagnostic } from '../diagnostics/index.js';
import type { Kept, Plan } from './model.js';

const codes = {
  everyone: 'access/open-to-everyone',
  others: 'access/open-to-others',
} as const satisfies Record<string, DiagnosticCode>;

/** One for each phrase of each foreign statement, of the registry's policy and by repository; a warning where everyone gets in. */
export function exposedIn({ registries }: Plan): readonly Diagnostic[] {
  return registries.flatMap(({ repositories, region, settings }) => [
    ...exposures('the policy of the registry', settings?.kept ?? [], `get-registry-policy --region ${region}`),
    ...repositories.flatMap(({ name, kept }) =>
      exposures(name, kept, `get-repository-policy --repository-name ${name} --region ${region}`),
    ),
  ]);
}

function exposures(name: string, kept: readonly Kept[], command: string): readonly Diagnostic[] {
  return kept.flatMap(({ id, note, exposures: phrases = [] }) =>
    phrases.map(({ to, phrase }) => {
      const what = to === 'everyone' ? 'opens it to everyone' : 'opens it to others';
      return diagnostic(codes[to], `${name}: statement ${id}, ${note}, ${what}: ${phrase}`, {
        mend: `\`aws ecr ${command}\` shows it; whoever wrote it can narrow it or take it out`,
      });
    }),
  );
}
