#include <stringprep.h>
#include <stdlib.h>
