/** The version of this build, as `kiten --version` prints it. */
export const version = '0.1.0';
