/*
 * For writing a leaf plugin in C++17, on top of xylem_sdk.h. One file of the library says what the plugin is; any file adds leaves:
 *
 *     #include <xylem_sdk.hpp>
 *     #include <cmath>
 *
 *     XYLEM_PLUGIN("org.example.rounding", "Rounding", "1.0")
 *
 *     static double round_up(double x, int64_t places) {
 *       const double scale = std::pow(10, places);
 *       return std::ceil(x * scale) / scale;
 *     }
 *     XYLEM_FUNCTION(round_up, XYLEM_REENTRANT, XYLEM_LEAF_DETERMINISTIC, "rounds up to decimal places")
 *
 *     c++ -std=c++17 -shared -fPIC -fvisibility=hidden -I.../CXylem/include rounding.cpp -o librounding.so
 *
 * The signature, "(f64, i64) -> f64", is derived from the function's own type when it is compiled, and stands in the plugin's ELF note.
 * What is thrown becomes the leaf's failure, with its message: no exception leaves the plugin.
 *
 * ---- functions ----
 *
 * XYLEM_FUNCTION, XYLEM_FUNCTION_WITH_BACKWARD, XYLEM_OPERATOR and XYLEM_OPERATOR_WITH_BACKWARD take a plain function of these types:
 *
 *     argument                                        result                        in the signature
 *     bool, int8_t ... uint64_t, float, double        the same                      bool, i8 ... u64, f32, f64
 *     const char *, std::string_view, std::string     const char *, std::string     cstr
 *     void *                                          the same                      ptr
 *     xylem::Tensor                                   xylem::OwnedTensor            tensor
 *     xylem::WrittenTensor                            -                             tensor!
 *     -                                               xylem::WrittenTensor          tensor: an argument, given back
 *     xylem::List<T>, std::vector<T>                  std::vector<T>                T[], for int64_t, double, bool
 *     std::vector<xylem::Tensor>                      std::vector<OwnedTensor>      tensor[]
 *     -                                               std::array<OwnedTensor, 2>    (tensor, tensor), and so on
 *     std::optional<any of these>                     of a tensor or std::string    opt<...>
 *
 * by value or by constant reference. A view (Tensor, List, std::string_view) is good until the function returns. With gradients:
 *
 *     static xylem::OwnedTensor scale(const xylem::Tensor &x, double factor) {
 *       const auto from = x.compact<float>();
 *       auto result = xylem::OwnedTensor::zeros_like(x);
 *       std::transform(from.begin(), from.end(), result.data<float>(), [=](float e) { return static_cast<float>(e * factor); });
 *       return result;
 *     }
 *     static std::vector<xylem::OwnedTensor> scale_backward(const xylem::Tensor &, double factor, const xylem::Tensor &gradient) {
 *       std::vector<xylem::OwnedTensor> gradients(2);  // one for each argument; empty: none
 *       gradients[0] = scale(gradient, factor);
 *       return gradients;
 *     }
 *     XYLEM_FUNCTION_WITH_BACKWARD(scale, scale_backward, XYLEM_REENTRANT, XYLEM_LEAF_DETERMINISTIC, "multiplies by a number")
 *
 * ---- modules ----
 *
 * A class with a constructor and `call`; `backward`, `parameters` and `set_mode` where there are such:
 *
 *     class Shift {
 *      public:
 *       Shift(const xylem::Attributes &attributes, const xylem::TensorsByName &tensors)
 *           : amount_(attributes.number("amount")), bias_(tensors.at("bias")) {}
 *
 *       xylem::OwnedTensor call(const xylem::Call &call);              // or std::vector<xylem::Value> for a tuple, or a number
 *       void backward(xylem::Gradients &gradients);                    // sets those that it `needs`
 *       xylem::List<const char *> parameters() const noexcept;         // for which it gives gradients: {"bias"}
 *       void set_mode(bool is_training);
 *       ...
 *     };
 *     XYLEM_MODULE(Shift, "Shift", XYLEM_MODE_NONE, XYLEM_REENTRANT, XYLEM_LEAF_REPLACES | XYLEM_LEAF_DETERMINISTIC, 0,
 *                  "adds a bias and a number")
 *
 * `tensors` are borrowed until the object is destroyed; `attributes` are gone once it is made. With XYLEM_REENTRANT `call` runs on several
 * threads at a time. For modules whose own forward runs: XYLEM_OPAQUE_MODULE.
 */
#ifndef XYLEM_SDK_HPP
#define XYLEM_SDK_HPP

#include "xylem_sdk_attributes.hpp"
#include "xylem_sdk_crossing.hpp"
#include "xylem_sdk_function.hpp"
#include "xylem_sdk_module.hpp"
#include "xylem_sdk_tensor.hpp"

#endif
