oops() {
