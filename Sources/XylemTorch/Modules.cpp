#include "Archive.h"

namespace xylem {

static xylem_status object_count(const xylem_value *value, size_t *out, xylem_error *error) {
  return guarded(error, [&] { *out = object(value)->type()->numAttributes(); });
}

static xylem_status object_attribute(const xylem_value *value, size_t index, xylem_attribute *out,
                                     xylem_error *error) {
  return guarded(error, [&] {
    const auto holder = object(value);
    const auto class_type = holder->type();
    if (index >= class_type->numAttributes()) throw StatusError(XYLEM_INVALID_ARGUMENT, "there is no such attribute");
    xylem_attribute attribute{};
    attribute.name = interned(class_type->getAttributeName(index));
    attribute.type = handle(class_type->getAttribute(index).get());
    attribute.is_parameter = class_type->is_parameter(index);
    attribute.is_buffer = class_type->is_buffer(index);
    attribute.value = wrap(holder->getSlot(index));
    *out = attribute;
  });
}

static xylem_status object_get(const xylem_value *value, xylem_text name, xylem_value *out, xylem_error *error) {
  return guarded(error, [&] {
    const auto holder = object(value);
    if (const auto slot = holder->type()->findAttributeSlot(string(name))) {
      *out = wrap(holder->getSlot(*slot));
    } else if (const auto constant = holder->type()->findConstant(string(name))) {
      *out = wrap(*constant);
    } else {
      throw StatusError(XYLEM_NOT_FOUND, "the object has no attribute '" + string(name) + "'");
    }
  });
}

static xylem_status object_set(const xylem_value *value, xylem_text name, const xylem_value *attribute,
                               xylem_error *error) {
  return guarded(error, [&] {
    const auto holder = object(value);
    const auto slot = holder->type()->findAttributeSlot(string(name));
    if (!slot) throw StatusError(XYLEM_NOT_FOUND, "the object has no attribute '" + string(name) + "'");
    auto fresh = unwrap(*attribute);
    const auto declared = holder->type()->getAttribute(*slot);
    if (!fresh.type()->isSubtypeOf(*declared)) {
      throw StatusError(XYLEM_INVALID_ARGUMENT, "the attribute is of type " + declared->annotation_str());
    }
    holder->setSlot(*slot, std::move(fresh));
  });
}

static size_t object_constants(const xylem_value *value, xylem_text *names, size_t capacity) {
  try {
    const auto class_type = object(value)->type();
    for (size_t i = 0; i < std::min(capacity, class_type->numConstants()); ++i) {
      names[i] = interned(class_type->getConstantName(i));
    }
    return class_type->numConstants();
  } catch (...) {
    return 0;
  }
}

static uint64_t object_identity(const xylem_value *value) {
  try {
    const auto held = unwrap(*value);
    if (held.isList() || held.isTuple() || held.isGenericDict()) {
      return reinterpret_cast<uint64_t>(held.internalToPointer());
    }
    return reinterpret_cast<uint64_t>(object(value).get());
  } catch (...) {
    return 0;
  }
}

static const xylem_function *object_method(const xylem_value *value, xylem_text name) {
  try {
    const auto class_type = object(value)->type();
    auto *owner = archive_of(*class_type);
    return owner ? handle(owner->function(class_type->findMethod(string(name)))) : nullptr;
  } catch (...) {
    return nullptr;
  }
}

static const xylem_function *object_hook(const xylem_value *value, int32_t runs_before, size_t index) {
  try {
    const auto class_type = object(value)->type();
    const auto &hooks = runs_before ? class_type->getForwardPreHooks() : class_type->getForwardHooks();
    auto *owner = archive_of(*class_type);
    return owner && index < hooks.size() ? handle(owner->function(hooks[index])) : nullptr;
  } catch (...) {
    return nullptr;
  }
}

static xylem_status object_make(const xylem_archive *, const xylem_type *class_type, xylem_value *out,
                                xylem_error *error) {
  return guarded(error, [&] {
    c10::ClassTypePtr made;
    if (type(class_type)->kind() == c10::TypeKind::ClassType) {
      const auto shared = type(class_type)->expectRef<c10::ClassType>().shared_from_this();
      made = std::static_pointer_cast<c10::ClassType>(std::const_pointer_cast<c10::SharedType>(shared));
    }
    if (!made) throw StatusError(XYLEM_INVALID_ARGUMENT, "the type is not a class");
    *out = wrap(IValue(c10::ivalue::Object::create(c10::StrongTypePtr(made->compilation_unit(), made),
                                                   made->numAttributes())));
  });
}

void add_modules(xylem_tensor_runtime &table) {
  table.object_count = object_count;
  table.object_attribute = object_attribute;
  table.object_get = object_get;
  table.object_set = object_set;
  table.object_identity = object_identity;
  table.object_constants = object_constants;
  table.object_method = object_method;
  table.object_make = object_make;
  table.object_hook = object_hook;
}

}  // namespace xylem
