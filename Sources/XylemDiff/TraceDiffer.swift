/// Compares two traces of a model.
public enum TraceDiffer {
}
