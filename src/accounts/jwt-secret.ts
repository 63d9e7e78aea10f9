/** Injection token of the installation's secret, which signs sessions and from which other keys are derived. */
export const JWT_SECRET = Symbol('jwt secret');
