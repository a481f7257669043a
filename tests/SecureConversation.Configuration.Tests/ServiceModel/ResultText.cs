using System.Collections;
using System.Globalization;
using System.Reflection;
using System.Text;
using SecureConversation.Binding;

namespace SecureConversation.Configuration.Tests.ServiceModel;

/// <summary>Writes what was read as text, without places and problems, so that two results can be compared.</summary>
internal static class ResultText
{
    private static readonly string[] Schemes = ["http", "https", "net.tcp", "net.pipe", "needed", "sample"];

    public static string Of(ServiceModelConfiguration configuration)
    {
        var text = new StringBuilder();
        Write(text, configuration);
        foreach (var scheme in Schemes)
        {
            text.Append(scheme).Append(':');
            try
            {
                Write(text, configuration.GetDefaultBinding(scheme));
            }
            catch (ServiceModelConfigurationException e)
            {
                text.Append(e.Problems[0].Reason);
            }
        }

        return text.ToString();
    }

    private static void Write(StringBuilder text, object? value)
    {
        switch (value)
        {
            case null:
                text.Append("null");
                break;
            case string or Uri or TimeSpan:
                text.Append(CultureInfo.InvariantCulture, $"'{value}'");
                break;
            // A pair of a dictionary is no record, and its text would leave out arrays as well.
            case KeyValuePair<string, SupportingTokenParameters> operation:
                text.Append(CultureInfo.InvariantCulture, $"'{operation.Key}':");
                Write(text, operation.Value);
                break;
            case IEnumerable items:
                text.Append('[');
                foreach (var item in items)
                {
                    Write(text, item);
                    text.Append(',');
                }

                text.Append(']');
                break;
            // Versions and suites have a name; records are written whole, since their own text leaves out arrays.
            case ServiceModelConfiguration:
            case var _ when value.GetType().GetMethod("<Clone>$") is not null:
                WriteProperties(text, value);
                break;
            default:
                text.Append(CultureInfo.InvariantCulture, $"{value}");
                break;
        }
    }

    private static void WriteProperties(StringBuilder text, object value)
    {
        text.Append(value.GetType().Name).Append('{');
        foreach (var property in value.GetType().GetProperties(BindingFlags.Public | BindingFlags.Instance)
            .Where(property => property.Name is not ("Problems" or "Location" or "All" or "IsEmpty")))
        {
            text.Append(property.Name).Append('=');
            Write(text, property.GetValue(value));
            text.Append(';');
        }

        text.Append('}');
    }
}
