<?php
/**
 * Plugin Name: Observation of a test site
 *
 * Records hooks and outbound requests, moves the plugin's clock, and lets tests act within an ordinary request.
 */

defined( 'ABSPATH' ) || exit;

/** One line of JSON in a file of the site's log folder. */
function fiko_test_log( $file, array $row ) {
	$json = json_encode( $row, JSON_UNESCAPED_SLASHES | JSON_UNESCAPED_UNICODE | JSON_INVALID_UTF8_SUBSTITUTE );
	file_put_contents( FIKO_TEST_DIR . '/log/' . $file, $json . "\n", FILE_APPEND | LOCK_EX );
}

/*
 * Hooks. A request says with a header which scenario it belongs to; without one, nothing is recorded.
 */

$GLOBALS['fiko_test_scenario'] = isset( $_SERVER['HTTP_X_FIKO_SCENARIO'] ) ? rawurldecode( $_SERVER['HTTP_X_FIKO_SCENARIO'] ) : '';

/** The recorded hooks of WooCommerce's own actions: all names that occur there, and a few that say more. */
function fiko_test_watched() {
	static $watched = null;
	if ( null === $watched ) {
		$watched = array_flip( (array) json_decode( (string) @file_get_contents( FIKO_TEST_DIR . '/watched.json' ), true ) );
	}
	return $watched;
}

/** An argument in the form of the recording, with ids in place of symbols. */
function fiko_test_argument( $argument ) {
	if ( class_exists( 'WC_Product', false ) && $argument instanceof WC_Product ) {
		return array(
			'product' => $argument->get_id(),
			'type'    => $argument->get_type(),
		);
	}
	if ( $argument instanceof WP_Post ) {
		return array(
			'post'   => $argument->ID,
			'status' => $argument->post_status,
		);
	}
	return is_object( $argument ) ? get_class( $argument ) : ( is_array( $argument ) ? array_map( 'fiko_test_argument', $argument ) : $argument );
}

if ( '' !== $GLOBALS['fiko_test_scenario'] ) {
	add_action(
		'all',
		function ( $hook, ...$arguments ) {
			$watched = fiko_test_watched();
			if ( ! isset( $watched[ $hook ] ) ) {
				return;
			}
			// Hooks of every kind of post: products only.
			if ( ! preg_match( '/^woocommerce_|^save_post_product|_term$/', $hook ) ) {
				$post = null;
				foreach ( $arguments as $argument ) {
					$post = $argument instanceof WP_Post ? $argument : $post;
				}
				$type = $post ? $post->post_type : get_post_type( $arguments[0] );
				if ( 'product' !== $type && 'product_variation' !== $type ) {
					return;
				}
			}
			fiko_test_log(
				'hooks.jsonl',
				array(
					'scenario' => $GLOBALS['fiko_test_scenario'],
					'hook'     => $hook,
					'when'     => did_action( 'shutdown' ) ? 'shutdown' : 'now',
					'args'     => array_map( 'fiko_test_argument', $arguments ),
				)
			);
		},
		-99999
	);
}

/*
 * Outbound requests.
 */

$GLOBALS['fiko_test_began'] = array();
add_filter(
	'pre_http_request',
	function ( $answer, $arguments, $url ) {
		if ( preg_match( '#^https?://api\.wordpress\.org/[a-z]+/(version|update)-check/#', $url ) ) {
			// Of WordPress, plugins and themes there is nothing new; that it cannot be asked would be logged.
			return array(
				'headers'  => array(),
				'body'     => '{"offers":[],"plugins":[],"themes":[],"no_update":[],"translations":[]}',
				'response' => array(
					'code'    => 200,
					'message' => 'OK',
				),
				'cookies'  => array(),
			);
		}
		$GLOBALS['fiko_test_began'][] = microtime( true );
		return $answer;
	},
	-99999,
	3
);
add_action(
	'http_api_debug',
	function ( $response, $context, $transport, $arguments, $url ) {
		$began = array_pop( $GLOBALS['fiko_test_began'] );
		$error = is_wp_error( $response );
		fiko_test_log(
			'outbound.jsonl',
			array(
				'url'        => $url,
				'method'     => $arguments['method'],
				'headers'    => (object) $arguments['headers'],
				'body'       => $arguments['body'],
				'blocking'   => (bool) $arguments['blocking'],
				'timeout'    => $arguments['timeout'],
				'status'     => $error ? null : (int) wp_remote_retrieve_response_code( $response ),
				'error'      => $error ? $response->get_error_code() . ': ' . $response->get_error_message() : null,
				'durationMs' => null === $began ? null : (int) round( ( microtime( true ) - $began ) * 1000 ),
				'at'         => (int) round( microtime( true ) * 1000 ),
			)
		);
	},
	10,
	5
);
add_filter( 'pre_wp_mail', '__return_true' );

// wp_safe_remote_*() refuses this machine and unusual ports, where the servers of tests are.
if ( empty( json_decode( file_get_contents( FIKO_TEST_DIR . '/site.json' ), true )['strictHttp'] ) ) {
	add_filter(
		'http_request_host_is_external',
		function ( $external, $host ) {
			return '127.0.0.1' === $host || 'localhost' === $host ? true : $external;
		},
		10,
		2
	);
	add_filter(
		'http_allowed_safe_ports',
		function ( $ports, $host = '', $url = '' ) {
			$ports[] = (int) wp_parse_url( $url, PHP_URL_PORT );
			return $ports;
		},
		10,
		3
	);
}

/*
 * The clock: seconds that the plugin believes to have passed beside those that did.
 */

/** In a file rather than an option: it is the same for all sites of a network, and for processes that run already. */
function fiko_test_clock_offset() {
	return (int) @file_get_contents( FIKO_TEST_DIR . '/clock-offset' );
}
add_filter(
	'fiko_clock_offset',
	function ( $seconds ) {
		return $seconds + fiko_test_clock_offset();
	}
);

/*
 * What tests do within a request, as a shop does: POST with the function's name in a header, after WordPress is loaded.
 */

/** @throws RuntimeException if the function is none of those that tests may call */
function fiko_test_call( $name, array $input ) {
	if ( 0 !== strpos( $name, 'fiko_stand_in_' ) || ! function_exists( $name ) ) {
		throw new RuntimeException( 'no function ' . $name );
	}
	return $name( $input );
}

add_action(
	'wp_loaded',
	function () {
		if ( ! isset( $_SERVER['HTTP_X_FIKO_CALL'] ) || FIKO_TEST_SECRET !== ( $_SERVER['HTTP_X_FIKO_SECRET'] ?? '' ) ) {
			return;
		}
		set_time_limit( 0 );
		wp_set_current_user( (int) ( $_SERVER['HTTP_X_FIKO_USER'] ?? 0 ) );
		try {
			$answer = array( 'value' => fiko_test_call( $_SERVER['HTTP_X_FIKO_CALL'], (array) json_decode( file_get_contents( 'php://input' ), true ) ) );
		} catch ( Throwable $error ) {
			$answer = array( 'error' => get_class( $error ) . ': ' . $error->getMessage() . ' in ' . $error->getFile() . ':' . $error->getLine() );
		}
		// The answer ends only after what is hooked on shutdown: whoever reads it all may look at the result.
		header( 'Content-Type: application/json' );
		echo json_encode( $answer, JSON_UNESCAPED_UNICODE | JSON_UNESCAPED_SLASHES );
		exit;
	},
	999999
);
