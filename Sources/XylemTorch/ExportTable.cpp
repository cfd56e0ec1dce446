// The part of the table that writes archives.
#include "Export.h"

namespace xylem {

namespace {

struct Exporter {
  ForwardWriter writer;
  std::vector<ForwardWriter::Value *> values;
  std::string bytes;
  bool is_saved = false;

  uint32_t keep(ForwardWriter::Value *value) {
    values.push_back(value);
    return static_cast<uint32_t>(values.size() - 1);
  }

  ForwardWriter::Value *value(uint32_t number) const {
    if (number >= values.size()) throw StatusError(XYLEM_INVALID_ARGUMENT, "there is no such value");
    return values[number];
  }

  std::vector<ForwardWriter::Value *> all(const uint32_t *numbers, size_t count) const {
    std::vector<ForwardWriter::Value *> found;
    for (size_t i = 0; i < count; ++i) found.push_back(value(numbers[i]));
    return found;
  }

  void give(const std::vector<ForwardWriter::Value *> &made, uint32_t *results, size_t capacity, size_t *count) {
    if (made.size() > capacity) throw StatusError(XYLEM_INVALID_ARGUMENT, "there are too many results");
    for (size_t i = 0; i < made.size(); ++i) results[i] = keep(made[i]);
    *count = made.size();
  }
};

/// Runs `body` with an exporter that is still open.
template <typename Body>
xylem_status with(xylem_exporter *handle, xylem_error *error, Body &&body) {
  return guarded(error, [&] {
    auto &exporter = *reinterpret_cast<Exporter *>(handle);
    if (exporter.is_saved) throw StatusError(XYLEM_INVALID_ARGUMENT, "the archive was saved already");
    body(exporter);
  });
}

}  // namespace

static xylem_status exporter_make(const xylem_value *root, const xylem_function *forward, const uint8_t *kept,
                                  size_t kept_count, xylem_exporter **out, xylem_error *error) {
  return guarded(error, [&] {
    std::vector<bool> flags;
    for (size_t i = 0; i < kept_count; ++i) flags.push_back(kept[i] != 0);
    auto made = std::make_unique<Exporter>(
        Exporter{ForwardWriter(object(root), function(forward)->function->getSchema(), flags), {}, {}});
    *out = reinterpret_cast<xylem_exporter *>(made.release());
  });
}

static xylem_status exporter_make_for_state(const xylem_text *paths, const xylem_value *tensors, const uint8_t *kinds,
                                            size_t count, const xylem_text *names, const xylem_text *types,
                                            const uint8_t *kept, size_t argument_count, xylem_exporter **out,
                                            xylem_error *error) {
  return guarded(error, [&] {
    const auto strings = [](const xylem_text *texts, size_t number) {
      std::vector<std::string> found;
      for (size_t i = 0; i < number; ++i) found.push_back(string(texts[i]));
      return found;
    };
    std::vector<at::Tensor> held;
    for (size_t i = 0; i < count; ++i) held.push_back(tensor(&tensors[i]));
    const auto root = module_with_tensors(strings(paths, count), held, {kinds, kinds + count});
    const auto schema = forward_schema(root, strings(names, argument_count), strings(types, argument_count));
    std::vector<bool> flags;
    for (size_t i = 0; i < argument_count; ++i) flags.push_back(kept[i] != 0);
    auto made = std::make_unique<Exporter>(Exporter{ForwardWriter(root, schema, flags), {}, {}});
    made->writer.find_tensors();
    *out = reinterpret_cast<xylem_exporter *>(made.release());
  });
}

static void exporter_release(xylem_exporter *handle) { delete reinterpret_cast<Exporter *>(handle); }

static xylem_status exporter_begin(xylem_exporter *handle, int32_t is_training, xylem_error *error) {
  return with(handle, error, [&](Exporter &e) { e.writer.begin(is_training != 0); });
}

static xylem_status exporter_refuse(xylem_exporter *handle, int32_t is_training, xylem_text message,
                                    xylem_error *error) {
  return with(handle, error, [&](Exporter &e) { e.writer.refuse(is_training != 0, string(message)); });
}

static xylem_status exporter_argument(xylem_exporter *handle, size_t position, uint32_t *out, xylem_error *error) {
  return with(handle, error, [&](Exporter &e) { *out = e.keep(e.writer.argument(position)); });
}

static xylem_status exporter_constant(xylem_exporter *handle, const xylem_value *value, uint32_t *out,
                                      xylem_error *error) {
  return with(handle, error, [&](Exporter &e) { *out = e.keep(e.writer.constant(unwrap(*value))); });
}

static xylem_status exporter_container(xylem_exporter *handle, int32_t tag, const xylem_type *declared,
                                       const uint32_t *elements, size_t count, uint32_t *out, xylem_error *error) {
  return with(handle, error, [&](Exporter &e) {
    *out = e.keep(e.writer.container(tag, type(declared), e.all(elements, count)));
  });
}

static xylem_status exporter_operator(xylem_exporter *handle, const xylem_operator *target, const uint32_t *arguments,
                                      size_t count, uint32_t *results, size_t capacity, size_t *result_count,
                                      xylem_error *error) {
  return with(handle, error, [&](Exporter &e) {
    e.give(e.writer.call(*op(target), e.all(arguments, count)), results, capacity, result_count);
  });
}

static xylem_status exporter_call(xylem_exporter *handle, const xylem_callable *callable, const uint32_t *arguments,
                                  size_t count, uint32_t *results, size_t capacity, size_t *result_count,
                                  xylem_error *error) {
  return with(handle, error, [&](Exporter &e) {
    e.give(e.writer.call(code_of(callable), e.all(arguments, count)), results, capacity, result_count);
  });
}

static xylem_status exporter_element(xylem_exporter *handle, uint32_t container, int64_t index, uint32_t *out,
                                     xylem_error *error) {
  return with(handle, error, [&](Exporter &e) { *out = e.keep(e.writer.element(e.value(container), index)); });
}

static xylem_status exporter_part(xylem_exporter *handle, uint32_t container, xylem_text key, uint32_t *out,
                                  xylem_error *error) {
  return with(handle, error, [&](Exporter &e) { *out = e.keep(e.writer.element(e.value(container), string(key))); });
}

static xylem_status exporter_attribute(xylem_exporter *handle, uint32_t owner, xylem_text name, uint32_t *out,
                                       xylem_error *error) {
  return with(handle, error, [&](Exporter &e) { *out = e.keep(e.writer.attribute(e.value(owner), string(name))); });
}

static xylem_status exporter_set_attribute(xylem_exporter *handle, uint32_t owner, xylem_text name, uint32_t value,
                                           xylem_error *error) {
  return with(handle, error,
              [&](Exporter &e) { e.writer.set_attribute(e.value(owner), string(name), e.value(value)); });
}

static xylem_status exporter_check(xylem_exporter *handle, uint32_t condition, int32_t expected, xylem_text message,
                                   xylem_error *error) {
  return with(handle, error,
              [&](Exporter &e) { e.writer.check(e.value(condition), expected != 0, string(message)); });
}

static xylem_status exporter_clone(xylem_exporter *handle, uint32_t tensor, uint32_t *out, xylem_error *error) {
  return with(handle, error, [&](Exporter &e) { *out = e.keep(e.writer.clone(e.value(tensor))); });
}

static xylem_status exporter_name(xylem_exporter *handle, uint32_t value, xylem_text name, xylem_error *error) {
  return with(handle, error, [&](Exporter &e) { e.writer.name(e.value(value), string(name)); });
}

static xylem_status exporter_result(xylem_exporter *handle, xylem_text key, uint32_t value, xylem_error *error) {
  return with(handle, error, [&](Exporter &e) { e.writer.result(string(key), e.value(value)); });
}

static xylem_status exporter_save(xylem_exporter *handle, int32_t is_training, xylem_text *out, xylem_error *error) {
  return with(handle, error, [&](Exporter &e) {
    e.is_saved = true;
    e.bytes = e.writer.save(is_training != 0);
    *out = text(e.bytes);
  });
}

void add_exporters(xylem_tensor_runtime &table) {
  table.exporter_make = exporter_make;
  table.exporter_make_for_state = exporter_make_for_state;
  table.exporter_release = exporter_release;
  table.exporter_begin = exporter_begin;
  table.exporter_refuse = exporter_refuse;
  table.exporter_argument = exporter_argument;
  table.exporter_constant = exporter_constant;
  table.exporter_container = exporter_container;
  table.exporter_operator = exporter_operator;
  table.exporter_call = exporter_call;
  table.exporter_element = exporter_element;
  table.exporter_part = exporter_part;
  table.exporter_attribute = exporter_attribute;
  table.exporter_set_attribute = exporter_set_attribute;
  table.exporter_check = exporter_check;
  table.exporter_clone = exporter_clone;
  table.exporter_name = exporter_name;
  table.exporter_result = exporter_result;
  table.exporter_save = exporter_save;
}

}  // namespace xylem
