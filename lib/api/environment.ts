/** What a request comes with. */
export interface ApiEnvironment {
  readonly Bindings: {
    /** Who asks: the ARN of an IAM identity or the subject of a token; absent: nobody vouches for the caller. */
    readonly actor?: string;
  };
}
