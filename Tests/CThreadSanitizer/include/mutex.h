// Nothing to call: the functions of mutex.c are found by their symbols.
