import { Anchor, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { Link } from 'wouter';
import { useScope } from '../../shell/scope';
import { usePerson } from '../../shell/session';
import type { EventRow } from './queries';

/** To the products of its name. Products are of one user at a time: staff go to those of this event's. */
export function ProductLink({ event, children }: { event: EventRow; children?: ReactNode }) {
  const { is_staff: isStaff } = usePerson();
  const { choose } = useScope();
  const { product_name: name, store, user } = event;
  if (!name) {
    return (
      <Text component="span" c="dimmed" inherit>
        —
      </Text>
    );
  }
  return (
    <Anchor
      component={Link}
      href={`/products?${new URLSearchParams({ search: name, store_id: String(store) }).toString()}`}
      onClick={() => isStaff && choose(user)}
      inherit
      dir="auto"
    >
      {children ?? name}
    </Anchor>
  );
}
