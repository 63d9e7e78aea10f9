import { Component, type ReactNode } from 'react';
import { useLocation } from 'wouter';
import { ErrorState } from './states';

interface BoundaryProps {
  path: string;
  children: ReactNode;
}

/** Keeps the menu when a page has a fault of its own; another page is shown as if nothing had been. */
export function Crash({ children }: { children: ReactNode }) {
  const [path] = useLocation();
  return <Boundary path={path}>{children}</Boundary>;
}

class Boundary extends Component<BoundaryProps, { error: unknown }> {
  override state: { error: unknown } = { error: null };

  static getDerivedStateFromError(error: unknown) {
    return { error };
  }

  // Not by a key: a page that keeps something from one of its addresses to the next would lose it.
  override componentDidUpdate({ path }: BoundaryProps, before: { error: unknown }) {
    if (path !== this.props.path && before.error && before.error === this.state.error)
      this.setState({ error: null });
  }

  override render() {
    if (!this.state.error) return this.props.children;
    // A page's file that is gone after an update comes with a fresh start.
    return <ErrorState error={this.state.error} retry={() => location.reload()} />;
  }
}
