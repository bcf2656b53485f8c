/// Searches whose results are kept up to date.
struct SearchState {}
