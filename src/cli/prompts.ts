// Questions with a little comfort, by clack. Loaded only when a person is asked something.
// It must not know what is asked, or why.
import { intro, isCancel, select, text } from '@clack/prompts';
import type { Prompts } from './services.js';

export function clackPrompts(): Prompts {
  return {
    intro: (title) => intro(title),
    text: async ({ message, initial, placeholder, validate }) => {
      const answer = await text({
        message,
        ...(initial === undefined ? {} : { initialValue: initial }),
        ...(placeholder === undefined ? {} : { placeholder }),
        ...(validate === undefined ? {} : { validate: (value) => validate(value ?? '') }),
      });
      return isCancel(answer) ? undefined : answer;
    },
    choose: async (message, choices) => {
      const answer = await select({
        message,
        options: choices.map(({ value, hint }) => ({ value, label: value, ...(hint === undefined ? {} : { hint }) })),
      });
      return isCancel(answer) ? undefined : answer;
    },
  };
}
