using System.Collections.Immutable;
using System.ComponentModel;
using System.Globalization;

namespace SecureConversation.Binding;

/// <summary>
/// Converts names to the objects that have them, for those who bind a configuration by reflection (ConfigurationBinder): without it a
/// name would be ignored there, and the default used.
/// </summary>
internal abstract class NameConverter<T>(ImmutableArray<T> all, Func<T, string> nameOf, T? unnamed = null) : TypeConverter
    where T : class
{
    public sealed override bool CanConvertFrom(ITypeDescriptorContext? context, Type sourceType) => sourceType == typeof(string);

    public sealed override bool CanConvertTo(ITypeDescriptorContext? context, Type? destinationType) => destinationType == typeof(string);

    /// <exception cref="FormatException">Nothing has the name.</exception>
    public sealed override object? ConvertFrom(ITypeDescriptorContext? context, CultureInfo? culture, object value)
    {
        var name = value as string;
        if (unnamed is not null && string.Equals(name, "Default", StringComparison.OrdinalIgnoreCase))
        {
            return unnamed;
        }

        return all.FirstOrDefault(item => string.Equals(nameOf(item), name, StringComparison.OrdinalIgnoreCase))
            ?? throw new FormatException(
                $"'{name}' is not the name of a {typeof(T).Name}: it is one of {string.Join(", ", all.Select(nameOf))}.");
    }

    public sealed override object? ConvertTo(ITypeDescriptorContext? context, CultureInfo? culture, object? value, Type destinationType) =>
        value is T item && destinationType == typeof(string) ? nameOf(item) : base.ConvertTo(context, culture, value, destinationType);
}

internal sealed class SecurityAlgorithmSuiteConverter()
    : NameConverter<SecurityAlgorithmSuite>(SecurityAlgorithmSuite.Named, suite => suite.Name, SecurityAlgorithmSuite.Default);

internal sealed class MessageSecurityVersionConverter()
    : NameConverter<MessageSecurityVersion>(MessageSecurityVersion.All, version => version.Name, MessageSecurityVersion.Default);

internal sealed class MessageVersionConverter()
    : NameConverter<MessageVersion>(MessageVersion.All, version => version.Name, MessageVersion.Default);

/// <summary>The filters that have a name. Those with addresses are read by SecureConversation.Configuration.</summary>
internal sealed class AddressFilterConverter() : NameConverter<AddressFilter>(
    [AddressFilter.IgnoringHost, AddressFilter.Exact, AddressFilter.PathOnly, AddressFilter.Any], filter => filter.ToString());
