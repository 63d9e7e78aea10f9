<?php
/**
 * Stands in for WP-CLI: keeps what commands say, and ends them where they fail, as it does. Loaded before WordPress.
 */

namespace {

	define( 'WP_CLI', true );

	class Fiko_Test_Exit extends Exception {}

	final class WP_CLI {
		/** @var array<string, string> classes by the name of their command */
		public static $commands = array();
		/** @var array<int, array{0: string, 1: string}> level and text */
		public static $said = array();
		/** @var array<int, array<string, mixed>> */
		public static $bars = array();
		/** @var array<int, array<string, mixed>> */
		public static $tables = array();

		public static function add_command( $name, $callable, $args = array() ) {
			self::$commands[ $name ] = $callable;
			return true;
		}

		public static function line( $message = '' ) {
			self::$said[] = array( 'line', $message );
		}

		public static function log( $message ) {
			self::$said[] = array( 'log', $message );
		}

		public static function success( $message ) {
			self::$said[] = array( 'success', $message );
		}

		public static function warning( $message ) {
			self::$said[] = array( 'warning', $message );
		}

		public static function error( $message, $exit = true ) {
			self::$said[] = array( 'error', $message );
			if ( $exit ) {
				throw new Fiko_Test_Exit();
			}
		}

		/** `sync --ids=1,2 --dry-run` in parts; resolves to what became of it. */
		public static function run_for_test( $command, array $args ) {
			$method  = array_shift( $args );
			$options = array();
			$others  = array();
			foreach ( $args as $arg ) {
				if ( preg_match( '/^--([a-z-]+)(?:=(.*))?$/s', $arg, $match ) ) {
					$options[ $match[1] ] = isset( $match[2] ) ? $match[2] : true;
				} else {
					$others[] = $arg;
				}
			}
			$class = new ReflectionClass( self::$commands[ $command ] );
			if ( ! $class->getMethod( $method )->isPublic() ) {
				throw new RuntimeException( $method . ' is no command' );
			}
			$code = 0;
			try {
				$class->newInstance()->$method( $others, $options );
			} catch ( Fiko_Test_Exit $exit ) {
				$code = 1;
			}
			return array(
				'code'   => $code,
				'said'   => self::$said,
				'bars'   => self::$bars,
				'tables' => self::$tables,
			);
		}
	}
}

namespace WP_CLI\Utils {

	final class Fiko_Test_Bar {
		private $number;

		public function __construct( $label, $total ) {
			$this->number    = count( \WP_CLI::$bars );
			\WP_CLI::$bars[] = array(
				'label'    => $label,
				'total'    => $total,
				'ticks'    => 0,
				'finished' => false,
			);
		}

		public function tick( $increment = 1 ) {
			\WP_CLI::$bars[ $this->number ]['ticks'] += $increment;
		}

		public function finish() {
			\WP_CLI::$bars[ $this->number ]['finished'] = true;
		}
	}

	function make_progress_bar( $message, $count, $interval = 100 ) {
		return new Fiko_Test_Bar( $message, $count );
	}

	function format_items( $format, $items, $fields ) {
		\WP_CLI::$tables[] = array(
			'format' => $format,
			'fields' => $fields,
			'rows'   => array_map(
				function ( $item ) use ( $fields ) {
					return array_map(
						function ( $field ) use ( $item ) {
							return $item[ $field ];
						},
						$fields
					);
				},
				$items
			),
		);
	}
}
