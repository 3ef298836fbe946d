/** The environment variables that the command line looks at. */
export type Environment = Readonly<Record<string, string | undefined>>;
