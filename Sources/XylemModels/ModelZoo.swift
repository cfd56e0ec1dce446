/// The models that Xylem brings along, by the names that torchvision has for them.
public enum ModelZoo {}
