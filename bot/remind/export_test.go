// What tests of this package know of it.
package remind

// Together is how many contacts are fired at once.
const Together = together
