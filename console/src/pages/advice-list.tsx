import { useApi } from '../api/context.ts';
import { AdviceItem } from '../parts/advice-item.tsx';
import { Instant } from '../parts/instant.tsx';
import { PageHead } from '../parts/page-head.tsx';
import { Empty, Loaded } from '../parts/states.tsx';
import { useRequest } from '../parts/use-request.ts';

/** What the records say should be changed, with the evidence. */
export function AdviceList() {
  const api = useApi();
  const request = useRequest((signal) => api.advice(signal), 'advice');
  const surveyedAt = request.data?.surveyedAt;
  return (
    <>
      <PageHead
        title="Advice"
        lead={
          surveyedAt === undefined ? (
            'From what the service has recorded.'
          ) : (
            <>
              From what the service has recorded; last survey <Instant at={surveyedAt} />.
            </>
          )
        }
      />
      <Loaded request={request} what="advice">
        {({ advice }) =>
          advice.length === 0 ? (
            <Empty title="Nothing to fix">
              No shared client identifiers, unfit intervals or idle subscriptions were seen.
            </Empty>
          ) : (
            <div class="advice-list">
              {advice.map((one) => (
                <AdviceItem key={one.id} advice={one} />
              ))}
            </div>
          )
        }
      </Loaded>
    </>
  );
}
