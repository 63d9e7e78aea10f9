<?php
/**
 * Replays what was recorded from WooCommerce: its hooks in their order, each while the shop is as it then was.
 */

defined( 'ABSPATH' ) || exit;

/** A product that is there before a scenario begins, or that one leaves. */
function fiko_stand_in_sample( $symbol, array $over = array() ) {
	return array_merge(
		array(
			'type'              => 'simple',
			'name'              => 'Product ' . $symbol,
			'description'       => '<p>Description of ' . $symbol . '.</p>',
			'short_description' => 'In short: ' . $symbol,
			'regular_price'     => '250000',
			'sale_price'        => '',
			'manage_stock'      => true,
			'stock_quantity'    => 20,
			'categories'        => array( 'Shoes' ),
			'tags'              => array( 'sport' ),
			'image'             => 'shoe.jpg',
		),
		$over
	);
}

/** @param string $colour tells it from its siblings */
function fiko_stand_in_sample_variation( $parent, $colour ) {
	return array(
		'parent'         => $parent,
		'regular_price'  => '180000',
		'manage_stock'   => true,
		'stock_quantity' => 9,
		'attributes'     => array( 'pa_color' => $colour ),
	);
}

function fiko_stand_in_sample_variable( $symbol ) {
	return array_diff_key(
		fiko_stand_in_sample(
			$symbol,
			array(
				'type'         => 'variable',
				'manage_stock' => false,
				'attributes'   => array(
					array(
						'name'      => 'pa_color',
						'options'   => array( 'Red', 'Blue', 'Green' ),
						'variation' => true,
					),
				),
			)
		),
		array(
			'regular_price'  => 0,
			'sale_price'     => 0,
			'stock_quantity' => 0,
		)
	);
}

/**
 * What the action of each scenario changes beside what its hooks say themselves (status, type, deletion), by symbol.
 * `stock` is added to what there is. A product that a scenario makes is a sample unless it is null here.
 */
function fiko_stand_in_effects() {
	$price   = array( 'P1' => array( 'regular_price' => '260000' ) );
	$name    = array( 'P1' => array( 'name' => 'Renamed product' ) );
	$order   = array(
		'P1' => array( 'stock' => -2 ),
		'P2' => array( 'stock' => -1 ),
	);
	$restock = array(
		'P1' => array( 'stock' => 2 ),
		'P2' => array( 'stock' => 1 ),
	);
	$both    = function ( $change ) {
		return array(
			'P1' => $change,
			'P2' => $change,
		);
	};
	$v1      = array( 'V1' => array( 'regular_price' => '190000' ) );
	$v_stock = array( 'V1' => array( 'stock_quantity' => 4 ) );
	return array(
		'price only'                                  => $price,
		'name only'                                   => $name,
		'custom meta only'                            => array( 'P1' => array( 'meta' => array( '_custom' => 'x' ) ) ),
		'categories only'                             => array( 'P1' => array( 'categories' => array( 'Boots' ) ) ),
		'stock: set_stock_quantity + save'            => array( 'P1' => array( 'stock_quantity' => 7 ) ),
		'stock: wc_update_product_stock'              => array( 'P1' => array( 'stock_quantity' => 5 ) ),
		'stock to 0 (goes out of stock)'              => array( 'P1' => array( 'stock_quantity' => 0 ) ),
		'stock back to 20'                            => array( 'P1' => array( 'stock_quantity' => 20 ) ),
		'raw wp_update_post(title)'                   => $name,
		'variation price'                             => $v1,
		'variation stock: set + save'                 => $v_stock,
		'variation stock: wc_update_product_stock'    => array( 'P1' => array( 'stock_quantity' => 3 ) ),
		'variable parent: name only'                  => $name,
		'order (simple x2 + variation x1) to processing' => $order,
		'order cancelled (stock restored)'            => $restock,
		'order of 2 simples, both low'                => array(
			'P1' => array( 'stock_quantity' => 0 ),
			'P2' => array( 'stock_quantity' => 1 ),
		),
		'refund with restock (1 of a simple)'         => array( 'P1' => array( 'stock' => 1 ) ),
		'duplicate product'                           => array( 'P1' => array( 'name' => 'Product P1 (Copy)' ) ),
		'variable -> simple (type change)'            => array( 'P2' => array( 'regular_price' => '260000' ) ),
		'scheduled sale: save with a start date 5 s ahead' => array(
			'P1' => array(
				'sale_price'        => '200000',
				'date_on_sale_from' => time() + 5,
				'date_on_sale_to'   => time() + 3600,
			),
		),
		'CSV import: update of 2 prices'              => $both( array( 'regular_price' => '260000' ) ),
		'REST: price only'                            => $price,
		'REST: stock only'                            => array( 'P1' => array( 'stock_quantity' => 7 ) ),
		'REST: categories + images untouched, name'   => $name,
		'REST: meta_data only'                        => array( 'P1' => array( 'meta' => array( '_custom' => 'x' ) ) ),
		'REST: batch (1 create, 2 updates)'           => array(
			'P2' => array( 'regular_price' => '260000' ),
			'P3' => array( 'regular_price' => '270000' ),
		),
		'REST: variation price'                       => $v1,
		'REST: variation stock'                       => $v_stock,
		'REST: variations batch (1 create, 1 update)' => array( 'V2' => array( 'regular_price' => '190000' ) ),
		'admin: "Add new" opened'                     => array( 'P1' => null ),
		'admin: autosave (heartbeat) of the new product' => array( 'P1' => array( 'name' => 'New product' ) ),
		'admin: publish the new product'              => array( 'P1' => fiko_stand_in_sample( 'P1' ) ),
		'admin: edit form, price only'                => $price,
		'admin: edit form, title + stock'             => array(
			'P1' => array(
				'name'           => 'Renamed product',
				'stock_quantity' => 7,
			),
		),
		'admin: quick edit, price'                    => $price,
		'admin: quick edit, stock'                    => array( 'P1' => array( 'stock_quantity' => 7 ) ),
		'admin: bulk edit 2, price to 77'             => $both( array( 'regular_price' => '77' ) ),
		'admin: variations tab "Save changes", 1 of 2 prices changed' => $v1,
		'admin: variations bulk action, set regular prices (2)' => array(
			'V1' => array( 'regular_price' => '190000' ),
			'V2' => array( 'regular_price' => '190000' ),
		),
		'admin: edit form of a variable, title'       => $name,
		'checkout (Store API, COD, 2 of one product)' => array( 'P1' => array( 'stock' => -2 ) ),
	);
}

/** One run of a scenario. */
final class Fiko_Stand_In_Replay {
	/** Products that are in a shop before these, beside those that the hooks name: a sibling of the variation. */
	const WITH_SIBLING = array( 'add variation 2', 'variable parent: name only', 'delete one variation (delete(true))', 'REST: DELETE variation force', 'admin: remove 1 variation' );
	const WITHOUT_DATA = array( 'admin: autosave (heartbeat) of the new product', 'admin: publish the new product' );
	const COLOURS      = array(
		'V1' => 'red',
		'V2' => 'blue',
		'P1' => 'red',
		'P2' => 'red',
		'P3' => 'blue',
	);

	private $name;
	private $hooks;
	private $ids;
	/** By symbol: 'simple', 'variable' or 'variation'; null where the hooks do not say. */
	private $types = array();
	/** By symbol of what a scenario makes: what is different from a sample; true for a post without data. */
	private $made = array();
	/** By symbol: the status in which it is found. */
	private $found = array();
	/** By symbol: changes that are not made yet. */
	private $pending_post = array();
	private $pending_data = array();
	private $term         = null;

	public function __construct( $name, array $hooks, array $ids ) {
		$this->name  = $name;
		$this->hooks = $hooks;
		$this->ids   = $ids;
		foreach ( $hooks as list( $hook, , $args ) ) {
			$this->learn( $hook, $args );
		}
		$this->settle_types();
	}

	/** What a hook says of the products in it. */
	private function learn( $hook, array $args ) {
		foreach ( $args as $arg ) {
			$symbol = self::symbol( $arg );
			if ( null === $symbol ) {
				continue;
			}
			$this->types += array( $symbol => null );
			if ( false !== strpos( $hook, '_variation' ) ) {
				$this->types[ $symbol ] = 'variation';
			} elseif ( isset( $arg['type'] ) && null === $this->types[ $symbol ] ) {
				$this->types[ $symbol ] = $arg['type'];
			}
			if ( isset( $this->found[ $symbol ] ) || isset( $this->made[ $symbol ] ) ) {
				continue;
			}
			if ( 'transition_post_status' === $hook && 'new' === $args[1] ) {
				$this->made[ $symbol ] = true;
			} elseif ( 'transition_post_status' === $hook || 'wp_trash_post' === $hook ) {
				$this->found[ $symbol ] = $args[1];
			} elseif ( isset( $arg['status'] ) ) {
				$this->found[ $symbol ] = $arg['status'];
			}
		}
	}

	/** Where there are variations, the last product of which nothing else is known is their parent. */
	private function settle_types() {
		$variable = in_array( 'variation', $this->types, true ) && ! in_array( 'variable', $this->types, true );
		foreach ( array_reverse( array_keys( $this->types ) ) as $symbol ) {
			if ( $variable && in_array( $this->types[ $symbol ], array( null, 'simple' ), true ) ) {
				$this->types[ $symbol ] = 'variable';
				$variable               = false;
			} elseif ( null === $this->types[ $symbol ] ) {
				$this->types[ $symbol ] = 'simple';
			}
		}
	}

	private static function symbol( $arg ) {
		foreach ( is_array( $arg ) ? array( 'id', 'post', 'product' ) : array() as $key ) {
			if ( isset( $arg[ $key ] ) ) {
				return $arg[ $key ];
			}
		}
		return null;
	}

	private function parent() {
		$symbol = array_search( 'variable', $this->types, true );
		return false === $symbol ? 0 : $this->ids[ $symbol ];
	}

	/** @return array ids by symbol */
	public function run() {
		fiko_stand_in_silently( array( $this, 'prepare' ) );
		$later = array();
		foreach ( $this->hooks as $hook ) {
			if ( 'shutdown' === $hook[1] ) {
				$later[] = $hook;
			} else {
				$this->fire( $hook );
			}
		}
		if ( $later ) {
			add_action(
				'shutdown',
				function () use ( $later ) {
					array_map( array( $this, 'fire' ), $later );
				}
			);
		}
		fiko_stand_in_silently( array( $this, 'complete' ) );
		return $this->ids;
	}

	/** @return array ids by symbol */
	public function ids() {
		return $this->ids;
	}

	/** Makes the shop in which the scenario happens. */
	public function prepare() {
		$effects = fiko_stand_in_effects();
		$effects = isset( $effects[ $this->name ] ) ? $effects[ $this->name ] : array();
		// Parents before their variations.
		$symbols = array_keys( $this->types );
		usort(
			$symbols,
			function ( $a, $b ) {
				return array( 'variation' === $this->types[ $a ], $a ) <=> array( 'variation' === $this->types[ $b ], $b );
			}
		);
		foreach ( $symbols as $symbol ) {
			$made = isset( $this->made[ $symbol ] );
			if ( ! $made ) {
				$this->find( $symbol );
			}
			$change = isset( $effects[ $symbol ] ) ? $effects[ $symbol ] : array();
			if ( ! $made ) {
				$this->pending_post[ $symbol ] = $change;
				$this->pending_data[ $symbol ] = $change;
			} elseif ( ! array_key_exists( $symbol, $effects ) || null !== $effects[ $symbol ] ) {
				$this->made[ $symbol ] = $change;
			}
		}
		if ( in_array( $this->name, self::WITH_SIBLING, true ) && ! isset( $this->ids['sibling'] ) ) {
			$sibling = fiko_stand_in_sample_variation( $this->parent(), 'green' );

			$this->ids['sibling'] = $this->insert( $sibling );
			fiko_stand_in_sync( $this->parent() );
		}
		if ( 'rename that category (wp_update_term)' === $this->name ) {
			$this->ids['P1'] = isset( $this->ids['P1'] ) ? $this->ids['P1'] : $this->insert( fiko_stand_in_sample( 'P1' ) );
			$terms           = get_the_terms( $this->ids['P1'], 'product_cat' );
			$this->term      = $terms[0];
			$this->ids['T1'] = $this->term->term_id;
		}
	}

	private function sample( $symbol ) {
		if ( 'stock back to 20' === $this->name ) {
			return fiko_stand_in_sample( $symbol, array( 'stock_quantity' => 0 ) );
		}
		if ( 'variation' === $this->types[ $symbol ] ) {
			return fiko_stand_in_sample_variation( $this->parent(), self::COLOURS[ $symbol ] );
		}
		return 'variable' === $this->types[ $symbol ] ? fiko_stand_in_sample_variable( $symbol ) : fiko_stand_in_sample( $symbol );
	}

	private function insert( array $data ) {
		$id = fiko_stand_in_insert( $data );
		fiko_stand_in_write( $id, $data );
		return $id;
	}

	/** A product that was there already: that of an earlier scenario, or a sample. */
	private function find( $symbol ) {
		$status = isset( $this->found[ $symbol ] ) ? $this->found[ $symbol ] : 'publish';
		if ( ! isset( $this->ids[ $symbol ] ) || ! get_post( $this->ids[ $symbol ] ) ) {
			$this->ids[ $symbol ] = in_array( $this->name, self::WITHOUT_DATA, true )
				? fiko_stand_in_insert(
					array(
						'name'   => 'auto-draft' === $status ? 'AUTO-DRAFT' : 'New product',
						'status' => $status,
					)
				)
				: $this->insert( $this->sample( $symbol ) );
		}
		$id = $this->ids[ $symbol ];
		$this->set_status( $id, $status );
		if ( 'variation' === $this->types[ $symbol ] ) {
			fiko_stand_in_sync( get_post( $id )->post_parent );
		} elseif ( WC_Product::type_of( $id ) !== $this->types[ $symbol ] ) {
			fiko_stand_in_write( $id, array( 'type' => $this->types[ $symbol ] ) );
		}
	}

	/** Silently, with the marks that WordPress leaves on what lies in the trash. */
	private function set_status( $id, $status ) {
		$now = get_post_status( $id );
		if ( $now === $status ) {
			return;
		}
		if ( 'trash' === $status ) {
			wp_trash_post( $id );
			return;
		}
		if ( 'trash' === $now ) {
			foreach ( array( '_wp_trash_meta_status', '_wp_trash_meta_time', '_wp_desired_post_slug' ) as $key ) {
				delete_post_meta( $id, $key );
			}
		}
		$update = array(
			'ID'          => $id,
			'post_status' => $status,
		);
		if ( 'future' === $status ) {
			$update['post_date_gmt'] = gmdate( 'Y-m-d H:i:s', time() + HOUR_IN_SECONDS );
			$update['post_date']     = get_date_from_gmt( $update['post_date_gmt'] );
			$update['edit_date']     = true;
		} elseif ( 'future' === $now ) {
			$update['post_date_gmt'] = current_time( 'mysql', true );
			$update['post_date']     = current_time( 'mysql' );
			$update['edit_date']     = true;
		}
		wp_update_post( $update );
	}

	public function fire( array $step ) {
		list( $hook, , $args ) = $step;

		$values = fiko_stand_in_silently(
			function () use ( $hook, $args ) {
				if ( 'edited_term' === $hook ) {
					wp_update_term( $this->term->term_id, 'product_cat', array( 'name' => 'Renamed category' ) );
					return array( $this->term->term_id, $this->term->term_taxonomy_id, 'product_cat', array( 'name' => 'Renamed category' ) );
				}
				foreach ( $args as $arg ) {
					if ( null !== self::symbol( $arg ) ) {
						$this->bring_about( $hook, self::symbol( $arg ), $arg );
					}
				}
				$values = array_map( array( $this, 'value' ), $args );
				if ( 'deleted_post' === $hook ) {
					$parent = get_post( $values[0] )->post_parent;
					wp_delete_post( $values[0], true );
					if ( $parent && get_post( $parent ) && 'variable' === WC_Product::type_of( $parent ) ) {
						fiko_stand_in_sync( $parent );
					}
				}
				return $values;
			}
		);

		$GLOBALS['fiko_stand_in_replaying'] = true;
		do_action( $hook, ...$values );
		$GLOBALS['fiko_stand_in_replaying'] = false;
	}

	/** Makes of a product what it is when this hook fires. */
	private function bring_about( $hook, $symbol, array $arg ) {
		if ( 'transition_post_status' === $hook && isset( $this->made[ $symbol ] ) ) {
			$data = array( 'name' => 'AUTO-DRAFT' );
			if ( is_array( $this->made[ $symbol ] ) ) {
				$data                          = array_merge( $this->sample( $symbol ), $this->made[ $symbol ] );
				$this->pending_data[ $symbol ] = $data;
			}
			$this->ids[ $symbol ] = fiko_stand_in_insert( array( 'status' => $arg['status'] ) + $data );
			unset( $this->made[ $symbol ] );
		}
		$id = $this->ids[ $symbol ];
		if ( ! get_post( $id ) ) {
			return;
		}
		if ( isset( $arg['status'] ) ) {
			$this->set_status( $id, $arg['status'] );
		}
		$this->apply_post( $symbol );
		if ( 0 === strpos( $hook, 'woocommerce_' ) && 'woocommerce_process_product_meta' !== $hook ) {
			$this->apply_data( $symbol );
		}
		if ( isset( $arg['type'] ) && 'variation' !== $arg['type'] && WC_Product::type_of( $id ) !== $arg['type'] ) {
			fiko_stand_in_write( $id, array( 'type' => $arg['type'] ) );
		}
	}

	private function apply_post( $symbol ) {
		if ( isset( $this->pending_post[ $symbol ] ) ) {
			$fields = fiko_stand_in_post_fields( $this->pending_post[ $symbol ], 'variation' === $this->types[ $symbol ] );
			if ( $fields ) {
				wp_update_post( wp_slash( array( 'ID' => $this->ids[ $symbol ] ) + $fields ) );
			}
			unset( $this->pending_post[ $symbol ] );
		}
	}

	private function apply_data( $symbol ) {
		if ( ! isset( $this->pending_data[ $symbol ] ) ) {
			return;
		}
		$id   = $this->ids[ $symbol ];
		$data = $this->pending_data[ $symbol ];
		unset( $this->pending_data[ $symbol ] );
		if ( isset( $data['stock'] ) ) {
			$data['stock_quantity'] = (int) get_post_meta( $id, '_stock', true ) + $data['stock'];
		}
		fiko_stand_in_write( $id, $data );
		fiko_stand_in_touch( $id );
		if ( 'variation' === $this->types[ $symbol ] ) {
			fiko_stand_in_sync( get_post( $id )->post_parent );
		}
	}

	/** What no hook told of. */
	public function complete() {
		foreach ( array_keys( $this->types ) as $symbol ) {
			if ( isset( $this->ids[ $symbol ] ) && get_post( $this->ids[ $symbol ] ) ) {
				$this->apply_post( $symbol );
				$this->apply_data( $symbol );
			}
		}
	}

	/** An argument as WordPress and WooCommerce pass it. */
	public function value( $arg ) {
		if ( isset( $arg['product'] ) ) {
			return wc_get_product( $this->ids[ $arg['product'] ] );
		}
		if ( isset( $arg['post'] ) ) {
			return get_post( $this->ids[ $arg['post'] ] );
		}
		// Which properties a new product has was not recorded.
		return is_array( $arg ) && isset( $arg['id'] ) ? $this->ids[ $arg['id'] ] : ( null === $arg ? array( 'name', 'regular_price' ) : $arg );
	}
}

/** {scenario, ids}: ids by symbol, for products of earlier scenarios. @return array ids by symbol */
function fiko_stand_in_replay( array $input ) {
	return (object) fiko_stand_in_scenario( $input )->run();
}

/** {scenario}: makes, silently, what is there before it. @return array ids by symbol, for the replay */
function fiko_stand_in_prepare( array $input ) {
	$replay = fiko_stand_in_scenario( $input + array( 'ids' => array() ) );
	fiko_stand_in_silently( array( $replay, 'prepare' ) );
	return (object) $replay->ids();
}

function fiko_stand_in_scenario( array $input ) {
	$scenarios = json_decode( file_get_contents( FIKO_TEST_DIR . '/hooks.json' ), true )['scenarios'];
	if ( ! isset( $scenarios[ $input['scenario'] ] ) ) {
		throw new RuntimeException( 'no scenario ' . $input['scenario'] );
	}
	return new Fiko_Stand_In_Replay( $input['scenario'], $scenarios[ $input['scenario'] ], $input['ids'] );
}
