/** Port: whether requests should be sent here now. */
export abstract class Readiness {
  abstract isReady(): Promise<boolean>;
}
