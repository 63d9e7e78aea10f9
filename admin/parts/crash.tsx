import { Component, type ReactNode } from 'react';
import { ErrorState } from './states';

/** Keeps the menu when a page has a fault of its own. */
export class Crash extends Component<{ children: ReactNode }, { error: unknown }> {
  override state = { error: null };

  static getDerivedStateFromError(error: unknown) {
    return { error };
  }

  override render() {
    if (!this.state.error) return this.props.children;
    // A page's file that is gone after an update comes with a fresh start.
    return <ErrorState error={this.state.error} retry={() => location.reload()} />;
  }
}
