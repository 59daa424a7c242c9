import type { Router } from '#store/routes/router';
import type { Route } from '#store/routes/routes';

/**
 * The router of one exchange. All its packets had come before the first of them was handled, so whatever another
 * client has subscribed to before one of them was sent is found by the first look; only what the exchange itself
 * subscribes to makes another one necessary.
 */
export class ExchangeRouter implements Router {
  readonly #router: Router;
  readonly #found = new Map<string, Promise<Route[]>>();

  constructor(router: Router) {
    this.#router = router;
  }

  route(topic: string): Promise<Route[]> {
    const known = this.#found.get(topic);
    if (known !== undefined) return known;
    const found = this.#router.route(topic);
    this.#found.set(topic, found);
    return found;
  }

  forget(): void {
    this.#found.clear();
  }
}
