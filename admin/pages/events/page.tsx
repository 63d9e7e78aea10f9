import { useRoute } from 'wouter';
import { EventDetailView } from './detail';
import { EventList } from './list';
import { RetryProgress, useRetryMatching } from './retry';

/** The list, or one event of it. What is being retried is followed in both. */
export default function EventsPage() {
  const [, parameters] = useRoute('/events/:id');
  const { retry, pending, watched, dismiss } = useRetryMatching();
  const progress = watched && <RetryProgress watched={watched} dismiss={dismiss} />;
  if (parameters)
    return <EventDetailView key={parameters.id} id={Number(parameters.id)} progress={progress} />;
  return <EventList retryMatching={retry} retrying={pending} progress={progress} />;
}
