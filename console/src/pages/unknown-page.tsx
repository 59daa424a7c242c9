import { PageHead } from '../parts/page-head.tsx';
import { href } from '../route.ts';

export function UnknownPage() {
  return (
    <>
      <PageHead title="No such page" />
      <p>
        Nothing is at this address. The <a href={href('overview')}>overview</a> leads on.
      </p>
    </>
  );
}
