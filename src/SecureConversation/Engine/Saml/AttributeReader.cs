using SecureConversation.Engine.Failures;
using SecureConversation.Engine.Xml;

namespace SecureConversation.Engine.Saml;

/// <summary>
/// Collects the attributes of an assertion.
/// <code>
/// Attribute [@wif:OriginalIssuer]
///   AttributeValue* [@xsi:type] [@xsi:nil]     text, or elements without text between them
/// </code>
/// </summary>
internal sealed class AttributeReader
{
    private const string SchemaTypes = "http://www.w3.org/2001/XMLSchema";

    // Where values are elements, their canonical form is the value: it is what was digested, and declares what it uses.
    private const string ElementType = SchemaTypes + "#anyType";
    private static readonly XmlName Type = new("type", SchemaTypes + "-instance");
    private static readonly XmlName OriginalIssuer = new("OriginalIssuer", "http://schemas.xmlsoap.org/ws/2009/09/identity/claims");

    private readonly List<SamlAttribute> _attributes = new(8);
    private int _values;
    private int _canonicalBytes;

    public IReadOnlyList<SamlAttribute> Read => _attributes;

    /// <exception cref="SecurityFailureException">The attribute has another shape, or there are too many values.</exception>
    public void Add(XmlElement attribute, string claimType, XmlName valueName)
    {
        var children = new ChildReader(attribute);
        var values = new List<SamlValue>(1);
        while (children.TryTake(valueName, out var value))
        {
            if (++_values > SamlAssertion.MaxValues)
            {
                Fail.With(FailureCode.LimitExceeded, "values of attributes", expected: FailureText.AtMost(SamlAssertion.MaxValues));
            }

            values.Add(ReadValue(value));
        }

        children.End();
        _attributes.Add(new SamlAttribute(claimType, ChildReader.Attribute(attribute, OriginalIssuer), values));
    }

    private SamlValue ReadValue(XmlElement value)
    {
        if (value.FirstChild.IsNull)
        {
            return new SamlValue(ChildReader.Text(value, SamlAssertion.MaxBytes), TypeOf(value));
        }

        if (value.HasText)
        {
            Fail.With(FailureCode.MalformedSecurityElement, "AttributeValue with text between elements");
        }

        // Each form declares the namespaces that it uses once more, whose length the sender chose: the limit is on all of them together.
        using var canonical = new BufferSink(SamlAssertion.MaxBytes - _canonicalBytes);
        foreach (var child in value.Children)
        {
            ExclusiveCanonicalizer.Canonicalize(child, default, CanonicalForm.Recommendation, canonical);
        }

        _canonicalBytes += canonical.WrittenSpan.Length;
        return new SamlValue(System.Text.Encoding.UTF8.GetString(canonical.WrittenSpan), ElementType);
    }

    /// <summary>
    /// The type of a value. Its prefix need not be covered by the digest, so only the local names of the types of XML Schema count, and no
    /// decision follows from them.
    /// </summary>
    private static string? TypeOf(XmlElement value)
    {
        if (!value.TryGetAttribute(Type, out var type))
        {
            return null;
        }

        var name = type.Value;
        var local = name[(name.IndexOf((byte)':') + 1)..];
        return local switch
        {
            _ when local.SequenceEqual("boolean"u8) => SchemaTypes + "#boolean",
            _ when local.SequenceEqual("integer"u8) => SchemaTypes + "#integer",
            _ when local.SequenceEqual("dateTime"u8) => SchemaTypes + "#dateTime",
            _ when local.SequenceEqual("base64Binary"u8) => SchemaTypes + "#base64Binary",
            _ => null,
        };
    }
}
