import Type from 'typebox';
import type { SiteServices } from '../../site/services.ts';
import { time } from '../schemas.ts';
import type { Api } from '../server.ts';

const sentence = Type.Object({ en: Type.String(), ja: Type.String() });
const chapter = Type.Object({
  id: Type.String(),
  at: time,
  title: sentence,
  happened: sentence,
  why: sentence,
  done: sentence,
  next: sentence,
  commands: Type.Array(Type.String()),
  device: Type.Optional(Type.String()),
});

/** The story that a demonstration plays. */
export function storyRoutes(api: Api, { story }: SiteServices): void {
  api.get(
    '/story',
    {
      schema: {
        summary: 'What a demonstration has told so far; nothing on any other site',
        response: {
          200: Type.Object({
            length: Type.Integer({ description: 'Chapters in all; 0 where no story is played' }),
            told: Type.Array(chapter),
          }),
        },
      },
    },
    async () => ({
      length: story.length,
      told: story.told.map((one) => ({ ...one, commands: [...one.commands] })),
    }),
  );
}
