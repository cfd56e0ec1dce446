/* torchvision's operators for detection, which libtorch does not have. One file for each. */
#include <xylem_sdk.hpp>

XYLEM_PLUGIN("org.xylem.detection-ops", "Detection operators", "1.0")
