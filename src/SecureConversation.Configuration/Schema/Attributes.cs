namespace SecureConversation.Configuration.Schema;

/// <summary>Short forms for the tables of the schema.</summary>
internal static class Attributes
{
    public static AttributeSchema Text(string name, string defaultText = "") => new(name, ValueKind.Text, defaultText);

    public static AttributeSchema Flag(string name, bool defaultValue = false) =>
        new(name, ValueKind.Boolean, defaultValue ? "true" : "false");

    public static AttributeSchema Address(string name) => new(name, ValueKind.Address, "");

    public static AttributeSchema Time(string name, string defaultText) => new(name, ValueKind.Time, defaultText);

    public static AttributeSchema Number(string name, int defaultValue, int minimum = 0, int maximum = int.MaxValue) =>
        new(name, ValueKind.Number(minimum, maximum), $"{defaultValue}");

    public static AttributeSchema LongNumber(string name, long defaultValue, long minimum = 0) =>
        new(name, ValueKind.LongNumber(minimum), $"{defaultValue}");

    public static AttributeSchema Word(string name, string defaultText, params string[] words) =>
        new(name, ValueKind.Word(words), defaultText);

    public static AttributeSchema Enumeration<T>(string name, T defaultValue, params T[] values)
        where T : struct, Enum => new(name, ValueKind.Enumeration(values), defaultValue.ToString());

    public static AttributeSchema Suite(string name) => new(name, ValueKind.Suite, "Default");

    public static AttributeSchema TextEncoding(string name) => new(name, ValueKind.TextEncoding, "utf-8");
}
