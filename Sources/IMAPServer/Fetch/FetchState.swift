/// What FETCH keeps from one command to the next.
struct FetchState {}
